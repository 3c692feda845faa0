"""``balcao contracts check``: whether the register may change as it did, in words and as an exit code."""

import difflib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from runtime.clock import Clock, SystemClock
from runtime.contracts_captured import Captured, captured
from runtime.contracts_history import Repository
from runtime.contracts_registry import Opinion, RegisteredVersions, opinion
from runtime.errors import UserError
from runtime.settings import KafkaSettings, RegistrySettings, load
from schemas.compatibility.compare import Compared, compare
from schemas.compatibility.evolution import refusals
from schemas.compatibility.lifecycle import Usage
from schemas.compatibility.parse import SchemaError
from schemas.compatibility.report import document, lines
from schemas.contract import Contract, Contracts, current, subscribers

_FEW = 8


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. ``note`` says what could not be compared; ``opinions`` are the registry's, when asked."""

    compared: tuple[Compared, ...]
    opinions: tuple[Opinion | Captured, ...] = ()
    note: str = ""

    @property
    def acceptable(self) -> bool:
        """Whether nothing is refused, by our checker and by the registry."""
        ours = not any(topic.verdict.refused for topic in self.compared)
        return ours and all(each.accepts for each in self.opinions)


def check(
    *,
    against: Annotated[str, typer.Option("--against", metavar="REF", help="The git commit to compare with.")],
    topic: Annotated[list[str] | None, typer.Option("--topic", help="Only this topic; may be repeated.")] = None,
    team: Annotated[str | None, typer.Option("--team", help="Only the topics that this team subscribes to.")] = None,
    registry: Annotated[bool, typer.Option("--registry", help="Ask the schema registry too.")] = False,
    broker: Annotated[
        bool,
        typer.Option("--broker", help="Ask the broker about removed and captured topics."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Compare the register with what it was at REF: exit 0 when no reader breaks, 1 when one does or a
    public topic changed without a revision that says how, 2 for bad input."""
    found = run(
        Repository(),
        against,
        current(),
        topics=topic or (),
        team=team,
        registry=load(RegistrySettings) if registry else None,
        broker=load(KafkaSettings) if broker else None,
    )
    typer.echo(json.dumps(_document(found), indent=2, ensure_ascii=False) if as_json else "\n".join(_lines(found)))
    if not found.acceptable:
        raise typer.Exit(1)


def run(
    repository: Repository,
    against: str,
    new: Contracts,
    *,
    topics: Sequence[str] = (),
    team: str | None = None,
    registry: RegistrySettings | None = None,
    broker: KafkaSettings | None = None,
    clock: Clock | None = None,
) -> Checked:
    """Compares ``new`` with the register at the commit. Blocks on git, and on the registry and the broker when given.

    Raises ``UserError`` for a ref, topic or team that is unknown, and when the registry or the broker does not answer.
    """
    old, note = repository.contracts(against)
    if old.schemas_only:
        old = _assumed(old, new)
    names = _chosen(old, new, topics, team)
    changed = [
        (old.topics[name], new.topics[name])
        for name in sorted(names & old.topics.keys() & new.topics.keys())
        if old.topics[name].schema != new.topics[name].schema
    ]
    registered = None if registry is None else RegisteredVersions(registry)
    try:
        old = replace(old, history=_history(repository, against, changed, registered))
        today = datetime.fromtimestamp((clock or SystemClock()).now(), UTC).date()
        try:
            compared = compare(old, new, today=today, usage=_usage(old, new, names, broker))
            opinions = () if registered is None else tuple(_opinion(registered, old, *pair, broker) for pair in changed)
        except SchemaError as error:
            raise UserError(f"a schema of the register cannot be read: {error}; correct it first.") from error
    finally:
        if registered is not None:
            registered.close()
    return Checked(tuple(each for each in compared if each.topic in names), opinions, note)


def _assumed(old: Contracts, new: Contracts) -> Contracts:
    """Of a register with schemas only: who may read a topic, and who does, as far as the new one says."""
    topics = {
        name: replace(new.topics[name], schema=contract.schema) if name in new.topics else contract
        for name, contract in old.topics.items()
    }
    return replace(old, topics=topics, teams=new.teams, subscriptions=new.subscriptions)


def _history(
    repository: Repository,
    against: str,
    changed: Sequence[tuple[Contract, Contract]],
    registered: RegisteredVersions | None,
) -> dict[str, tuple[dict[str, Any], ...]]:
    """Every other version that is known of each changed schema: from git, and from the registry when it is asked."""
    history = repository.versions(against, [before for before, _ in changed])
    if registered is not None:
        for before, _ in changed:
            known = [before.schema, *history[before.name]]
            more = [schema for schema in registered.versions(f"{before.name}-value") if schema not in known]
            history[before.name] += tuple(more)
    return history


def _usage(
    old: Contracts, new: Contracts, names: Collection[str], broker: KafkaSettings | None
) -> dict[str, Usage] | None:
    if broker is None:
        return None
    from runtime.contracts_usage import usage

    return usage(broker, (old.topics.keys() - new.topics.keys()) & set(names))


def _opinion(
    registered: RegisteredVersions, old: Contracts, before: Contract, after: Contract, broker: KafkaSettings | None
) -> Opinion | Captured:
    if after.captured:
        return captured(registered, after, broker)
    full = before.public or after.public
    reasons = refusals(before.schema, after.schema, old.history.get(after.name, ()), full=full)
    said = [f"{'.'.join(problem.path) or 'the record'}: {problem.reason}" for problem in reasons]
    wanted = "FULL_TRANSITIVE" if full else "BACKWARD"
    return opinion(registered, after.name, after.schema, wanted=wanted, reasons=said)


def _chosen(old: Contracts, new: Contracts, topics: Sequence[str], team: str | None) -> set[str]:
    """The topics to tell of. Raises ``UserError`` for a name that neither register has."""
    known = old.topics.keys() | new.topics.keys()
    for name in topics:
        if name not in known:
            raise UserError(f"the register has no topic {name!r}{_near(name, known)}")
    chosen = set(topics) or set(known) | {each.topic for each in new.subscriptions}
    if team is None:
        return chosen
    teams = old.teams.keys() | new.teams.keys()
    if team not in teams:
        raise UserError(f"the register has no team {team!r}{_near(team, teams)}")
    both = (*old.subscriptions, *new.subscriptions)
    return {name for name in chosen if any(each.team == team for each in subscribers(both, name))}


def _near(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    if close:
        return f"; did you mean {close[0]}?"
    return (
        f"; name one of {', '.join(sorted(known))}." if len(known) <= _FEW else "; `balcao catalogue` shows them all."
    )


def _lines(found: Checked) -> list[str]:
    said = [f"note: {found.note}"] if found.note else []
    said += lines(found.compared)
    return said + [sentence for each in found.opinions for sentence in each.sentences()]


def _document(found: Checked) -> dict[str, Any]:
    return {
        "acceptable": found.acceptable,
        "note": found.note,
        "topics": document(found.compared),
        "registry": [
            {
                "topic": each.topic,
                "versions": each.versions,
                "level": each.level,
                "accepts": each.accepts,
                "agree": each.agree,
                "sentences": each.sentences(),
            }
            for each in found.opinions
        ],
    }
