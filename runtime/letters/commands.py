"""`balcao dlq list|show|edit|redrive|discard`: the dead letters, from looking at them to their end."""

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from runtime.letters.actions import Desk, Kept
    from runtime.letters.letter import Letter, Selection
    from runtime.letters.shelf import Shelf
    from runtime.registry import Registry
    from runtime.settings import KafkaSettings

_TIME = "2026-11-21T10:00 (this machine's zone), 15m (ago), 2h, 3d."
Refs = Annotated[list[str] | None, typer.Argument(help="Letters by name, TOPIC@NUMBER as `balcao dlq list` shows.")]
Ref = Annotated[str, typer.Argument(help="The letter: TOPIC@NUMBER, as `balcao dlq list` shows it.")]
TopicName = Annotated[str | None, typer.Option("--topic", help="Only records of this topic.")]
Group = Annotated[str | None, typer.Option(help="Only what this consumer group could not take.")]
Cause = Annotated[str | None, typer.Option(help="Only this cause.")]
Key = Annotated[str | None, typer.Option(help="Only records of this key (of a row: one of its key's values).")]
PartitionNumber = Annotated[int | None, typer.Option("--partition", help="Only of this partition of the topic.")]
Offsets = Annotated[str | None, typer.Option("--offsets", help="Only these offsets in the topic: 7, or 7-19.")]
Since = Annotated[str | None, typer.Option("--since", help=f"Only letters written since: {_TIME}")]
Until = Annotated[str | None, typer.Option("--until", help="Only letters written before.")]
Everything = Annotated[bool, typer.Option("--all", help="Everything that waits.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
Personal = Annotated[bool, typer.Option("--personal", help="Show personal data (LGPD), too.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")]
By = Annotated[str | None, typer.Option("--by", help="Who decides; the account's name when left out.")]


@dataclass(slots=True)
class _Room:
    """What every command starts from."""

    kafka: "KafkaSettings"
    registry: "Registry"
    shelf: "Shelf"

    def chosen(self, selection: "Selection") -> "list[Letter]":
        """The waiting letters meant."""
        from runtime.codec import Decoder
        from runtime.letters import shelf

        return shelf.choose(self.shelf, selection, Decoder(self.registry))

    @contextmanager
    def desk(self, by: str | None, reason: str | None = None) -> "Iterator[Desk]":
        """Where decisions are written."""
        from runtime.codec import Encoder
        from runtime.letters.actions import Desk, Operator
        from schemas.topics import LETTER_DECISIONS

        encoder = Encoder(self.registry)
        encoder.prepare(LETTER_DECISIONS)
        desk = Desk(self.kafka, encoder, Operator(by or getpass.getuser(), reason))
        try:
            yield desk
        finally:
            desk.close()


def list_letters(topic: TopicName = None, group: Group = None, cause: Cause = None, as_json: AsJson = False) -> None:
    """Show the dead letters that wait, grouped by cause, topic and consumer group."""
    from dataclasses import asdict

    from runtime.letters.letter import Selection, piles

    _known(topic, group)
    with _room() as room:
        found = piles(room.chosen(Selection(topic=topic, group=group, cause=cause)))
        states = [room.shelf.state(place) for place in room.shelf.letters]
    done = {state: states.count(state) for state in ("redriven", "discarded")}
    if as_json:
        typer.echo(json.dumps({"waiting": [asdict(pile) for pile in found], **done}, ensure_ascii=False, indent=1))
        return
    for pile in found:
        when = _time(pile.oldest_ms) if pile.count == 1 else f"{_time(pile.oldest_ms)} to {_time(pile.newest_ms)}"
        typer.echo(f"{pile.count:>7}  {pile.cause}  {pile.topic}  {pile.group}  {when}  e.g. {pile.example}")
    waiting = sum(pile.count for pile in found)
    typer.echo(f"{waiting} waiting, {done['redriven']} redriven, {done['discarded']} discarded in the last 30 days")


def show(ref: Ref, personal: Personal = False) -> None:
    """Show one dead letter: its record, decoded, where it came from and why it is here. Personal fields are hidden."""
    from runtime.letters import reading
    from runtime.letters.values import plain
    from runtime.topic_tail import Presenter
    from schemas.topics import BY_NAME

    with _room() as room:
        letter = room.shelf.find(ref)
        topic = BY_NAME[letter.said.topic]
        message = next(reading.read(room.kafka, {topic.dead_letter: (letter.at, letter.at + 1)}))
        shown = Presenter(topic.name, room.registry, personal=personal).show(message)
        document = {
            "letter": letter.ref,
            "state": room.shelf.state(letter.place),
            "cause": letter.said.cause,
            "reason": letter.said.reason,
            "group": letter.said.group,
            "origin": {
                "topic": letter.said.topic,
                "partition": letter.said.partition,
                "offset": letter.said.offset,
                "time": _time(letter.said.timestamp_ms),
            },
            "written": _time(letter.written_ms),
            "attempts": letter.said.attempts,
            "redriven_before": letter.said.round,
            "edited": letter.said.edit,
            "key": shown.key,
            "schema_id": shown.schema_id,
            "value": shown.value,
        }
        if shown.undecodable:
            document["undecodable"] = shown.undecodable
        if personal and shown.undecodable:
            document["bytes"] = (message.value() or b"").hex()
    typer.echo(json.dumps(document, ensure_ascii=False, indent=1, default=plain))


def edit(
    ref: Ref,
    *,
    file: Annotated[Path | None, typer.Option(help="The new value as JSON; $EDITOR opens it when left out.")] = None,
    key: Annotated[str | None, typer.Option(help="A new key, too: text, or JSON where the topic's keys are.")] = None,
    personal: Personal = False,
    by: By = None,
) -> None:
    """Change a dead letter's value before it is redriven; what is hidden as *** stays what it was.

    It must fit the record's schema and the topic's rules. A record that cannot be decoded is written anew, whole.
    """
    from runtime.letters import editing

    with _room() as room:
        letter = editing.waiting(room.shelf, ref)
        draft = editing.draft(room.kafka, room.registry, letter, personal=personal)
        text = file.read_text(encoding="utf-8") if file else editing.in_editor(draft.text)
        if text == draft.text:
            typer.echo("nothing was changed")
            return
        value = draft.value(text)
        with room.desk(by) as desk:
            desk.edit(letter, draft.key(key), value)
    typer.echo(f"{letter.ref} is edited; `balcao dlq redrive {letter.ref}` sends it back")


def redrive(
    refs: Refs = None,
    *,
    topic: TopicName = None,
    group: Group = None,
    cause: Cause = None,
    key: Key = None,
    partition: PartitionNumber = None,
    offsets: Offsets = None,
    since: Since = None,
    until: Until = None,
    everything: Everything = False,
    rate: Annotated[float | None, typer.Option(min=0.001, help="Records a second at most.")] = None,
    dry_run: DryRun = False,
    by: By = None,
) -> None:
    """Send dead letters back to the consumer group that could not take them, and to no other.

    Each goes back once, one run at a time; run again, it goes on where an interrupted run ended. A record that is older
    than what its row or document has by now changes nothing there.
    """
    from runtime.letters.turn import Turn
    from runtime.settings import KafkaSettings, load
    from runtime.topic_replay import Pace

    names = {"topic": topic, "group": group, "cause": cause, "key": key, "partition": partition}
    selection = _selection(refs, offsets=offsets, since=since, until=until, everything=everything, **names)
    if dry_run:
        with _room() as room:
            _would(_returnable(room, selection)[0], "redriven")
        return
    # the letters are read within the turn: what the run before sent back is known
    with Turn(load(KafkaSettings)) as turn, _room() as room:
        good, kept = _returnable(room, selection)
        with room.desk(by) as desk:
            sent = desk.redrive(room.shelf, good, Pace(rate), turn)
    typer.echo(f"{sent} redriven, {len(kept)} stay")


def discard(
    refs: Refs = None,
    *,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the decision. No personal data.")],
    topic: TopicName = None,
    group: Group = None,
    cause: Cause = None,
    key: Key = None,
    partition: PartitionNumber = None,
    offsets: Offsets = None,
    since: Since = None,
    until: Until = None,
    everything: Everything = False,
    dry_run: DryRun = False,
    by: By = None,
) -> None:
    """Decide that dead letters are not taken again, and keep who said so and why."""
    from runtime.errors import UserError

    if not reason.strip():
        raise UserError("Say why with --reason: it is all that will be known of these records.")
    names = {"topic": topic, "group": group, "cause": cause, "key": key, "partition": partition}
    selection = _selection(refs, offsets=offsets, since=since, until=until, everything=everything, **names)
    with _room() as room:
        chosen = room.chosen(selection)
        if dry_run:
            _would(chosen, "discarded")
            return
        with room.desk(by, reason) as desk:
            desk.discard(chosen)
    typer.echo(f"{len(chosen)} discarded")


@contextmanager
def _room() -> Iterator[_Room]:
    from runtime.codec import Decoder
    from runtime.errors import UserError
    from runtime.letters import shelf
    from runtime.registry import Registry, RegistryUnavailable
    from runtime.settings import KafkaSettings, RegistrySettings, load

    kafka, registry = load(KafkaSettings), Registry(load(RegistrySettings))
    try:
        yield _Room(kafka, registry, shelf.read(kafka, Decoder(registry)))
    except RegistryUnavailable as error:
        raise UserError(f"The schema registry does not answer ({error}); look at `balcao status`.") from error
    finally:
        registry.close()


def _selection(
    refs: list[str] | None,
    *,
    offsets: str | None,
    since: str | None,
    until: str | None,
    everything: bool,
    **names: Any,
) -> "Selection":
    from runtime.access_names import moment
    from runtime.errors import UserError
    from runtime.letters.letter import Selection

    _known(names["topic"], names["group"])
    now = datetime.now(UTC)
    selection = Selection(
        refs=frozenset(refs or ()),
        offsets=_offsets(offsets),
        since=moment(since, now=now) if since else None,
        until=moment(until, now=now) if until else None,
        **names,
    )
    if not selection.narrows and not everything:
        raise UserError("Say which letters: by name, with --cause, --topic and the like, or --all.")
    return selection


def _known(topic: str | None, group: str | None) -> None:
    """Raises ``UserError`` for a name that nothing has: an empty answer would look like good news."""
    from runtime.access_names import known_topic, near
    from runtime.errors import UserError
    from schemas.access import STATIONS

    if topic is not None:
        known_topic(topic)
    stations = [station.group for station in STATIONS]
    if group is not None and group not in stations:
        raise UserError(f"There is no consumer group {group!r}{near(group, stations)}.")


def _offsets(text: str | None) -> tuple[int, int] | None:
    from runtime.errors import UserError

    if text is None:
        return None
    first, _, last = text.partition("-")
    if not first.isdecimal() or (last and not last.isdecimal()):
        raise UserError(f"{text!r} is no offset: write 7, or 7-19.")
    return int(first), int(last or first)


def _returnable(room: _Room, selection: "Selection") -> "tuple[list[Letter], list[Kept]]":
    """The letters meant that can go back; of the others it is said why they stay."""
    from runtime.letters.actions import returnable

    good, kept = returnable(room.kafka, room.chosen(selection))
    for each in kept:
        typer.echo(f"{each.letter.ref} stays: {each.why}")
    return good, kept


def _would(letters: "list[Letter]", done: str) -> None:
    for letter in letters:
        said = letter.said
        typer.echo(f"{letter.ref}  {said.cause}  {said.group}  {said.topic}[{said.partition}]@{said.offset}")
    typer.echo(f"{len(letters)} would be {done}")


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")
