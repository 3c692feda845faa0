"""`balcao access apply` and `balcao subscribe`."""

import json
import shlex
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from runtime.subscribe import Subscribed


def apply(
    prune: Annotated[
        bool, typer.Option("--prune", help="Also take away what our stations and teams have and nothing declares.")
    ] = False,
) -> None:
    """Give every station and declared team its permissions, teams their quotas, stations their passwords.

    The passwords come from BALCAO_ACCESS_PASSWORDS; without it, who has one keeps it.
    """
    from runtime import access_quota
    from runtime.access import Access
    from runtime.errors import UserError
    from runtime.kafka import asking
    from runtime.settings import AccessSettings, KafkaSettings, load
    from schemas import access

    kafka, passwords = load(KafkaSettings), load(AccessSettings).passwords
    if strangers := sorted(set(passwords) - set(access.PRINCIPALS)):
        known = ", ".join(access.PRINCIPALS)
        raise UserError(f"BALCAO_ACCESS_PASSWORDS names {strangers[0]!r}, who is no station; there are: {known}.")
    limits = access.quotas()
    principals = (*access.PRINCIPALS, *limits)
    with asking(kafka):
        broker = Access(kafka)
        done = broker.apply([*access.stations(), *access.teams()], principals=principals, prune=prune)
        before = access_quota.limits(kafka)
        changed = {name: limit for name, limit in limits.items() if before.get(name) != limit}
        access_quota.limit(kafka, changed)
        broker.set_passwords(passwords)
        lacking = sorted(set(access.PRINCIPALS) - broker.users())
    for grant in done.surplus:
        sys.stdout.write(f"not declared: {grant.principal} may {grant.operation} {grant.resource} {grant.name}\n")
    for name in lacking:
        sys.stdout.write(f"no password: {name} cannot sign in; put one into BALCAO_ACCESS_PASSWORDS\n")
    sys.stdout.write(
        f"{len(done.created)} permissions added, {len(done.present)} were there, {len(done.removed)} removed, "
        f"{len(done.surplus)} not declared; {len(changed)} quotas set; {len(passwords)} passwords set\n"
    )


def subscribe(
    topic: Annotated[str, typer.Argument(help="A public topic.")],
    team: Annotated[str, typer.Option(help="Who reads it; declared in schemas/teams.py.")],
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Make a new password; the old one opens nothing more.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Give a team what it needs to read a public topic, and print programs that do: Python, Java, kcat.

    The password is shown only when it is made. Running it again changes nothing.
    """
    from runtime import access_names
    from runtime.kafka import asking
    from runtime.settings import KafkaSettings, RegistrySettings, load
    from runtime.subscribe import subscribe as give
    from runtime.subscribe_snippets import environment, programs

    wanted, reader = access_names.public_topic(topic), access_names.team(team)
    kafka, registry = load(KafkaSettings), load(RegistrySettings)
    with asking(kafka):
        found = give(kafka, wanted, reader, rotate=rotate)
    variables = environment(found, kafka, registry)
    texts = dict(programs(wanted, reader.name, secure=found.secure))
    if as_json:
        typer.echo(json.dumps(_document(found, variables, texts), indent=1, ensure_ascii=False))
        return
    for line in _lines(found, variables, texts):
        typer.echo(line)


def _document(found: "Subscribed", variables: dict[str, str], programs: dict[str, str]) -> dict[str, Any]:
    from runtime.log import personal_fields

    return {
        "topic": found.topic.name,
        "team": found.team.name,
        "secure": found.secure,
        "declared": found.declared,
        "principal": found.principal,
        "password": found.password.get_secret_value() if found.password else None,
        "group": found.group,
        "consumer_byte_rate": found.team.consume_bytes_per_second,
        "personal_fields": sorted(personal_fields([found.topic])),
        "environment": variables,
        "snippets": programs,
    }


def _lines(found: "Subscribed", variables: dict[str, str], programs: dict[str, str]) -> list[str]:
    from runtime.log import personal_fields
    from runtime.subscribe_snippets import PASSWORD

    name, topic = found.team.name, found.topic.name
    lines = [f"{name} may read {topic}, as the consumer group {found.group} (or any other that starts with {name}.)."]
    if found.secure:
        lines.append(
            f"It signs in as {found.principal} and reads {found.team.consume_bytes_per_second:,} bytes/s at most."
        )
    else:
        lines.append(
            "This broker asks nobody who they are; `balcao up --secure` starts a local stack whose broker does."
        )
    if not found.declared:
        lines.append(
            f'Declare it in schemas/teams.py, so that no change breaks it: Subscription("{name}", "{topic}", "why").'
        )
    if personal := sorted(personal_fields([found.topic])):
        lines.append(f"Personal data (LGPD) in it: {', '.join(personal)}.")
    lines += ["", "The programs take these from the environment:", ""]
    lines += [f"export {variable}={shlex.quote(value)}" for variable, value in variables.items()]
    if found.password:
        lines += [f"export {PASSWORD}={found.password.get_secret_value()}", "", "The password is not shown again."]
    elif found.secure:
        lines += ["", f"{PASSWORD} is the password shown the first time; --rotate makes a new one."]
    for language, program in programs.items():
        lines += ["", f"--- {language}", program.rstrip("\n")]
    return lines
