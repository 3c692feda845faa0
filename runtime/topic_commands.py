"""`balcao topics tail` and `balcao topics replay`."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from runtime.topic_tail import Shown

_START = "earliest, latest, an offset (with --partition), or a time: 2026-11-21T10:00, 15m (ago)."
_TIME = "2026-11-21T10:00 (this machine's zone), 2026-11-21T10:00-03:00, 15m (ago), 2h, 3d or now."


def tail(
    topic: Annotated[str, typer.Argument(help="Any topic of the broker, dead letters and replays too.")],
    *,
    partition: Annotated[int | None, typer.Option(min=0, help="Only this one.")] = None,
    start: Annotated[str, typer.Option("--from", help=_START)] = "latest",
    limit: Annotated[int | None, typer.Option(min=1, help="End after so many records.")] = None,
    follow: Annotated[bool, typer.Option("--follow/--no-follow", help="Wait for records that are yet to come.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False,
    personal: Annotated[bool, typer.Option("--personal", help="Show personal data (LGPD), too.")] = False,
) -> None:
    """Show a topic's records, decoded; personal fields are hidden. Nobody's consumer offsets move."""
    from runtime.registry import Registry
    from runtime.settings import KafkaSettings, RegistrySettings, load
    from runtime.topic_tail import tail as records

    first = _start(start)
    kafka, registry = load(KafkaSettings), Registry(load(RegistrySettings))
    found = records(
        kafka,
        registry,
        topic,
        partition=partition,
        start=first,
        limit=limit,
        follow=follow,
        personal=personal,
    )
    try:
        for shown in found:
            typer.echo(_json(topic, shown) if as_json else _line(shown))
    except KeyboardInterrupt:
        return
    finally:
        registry.close()


def replay(
    topic: Annotated[str, typer.Argument(help="A public topic.")],
    *,
    team: Annotated[str, typer.Option(help="Whose private topic the records go to; it must be subscribed.")],
    start: Annotated[str, typer.Option("--from", help=_TIME)],
    end: Annotated[str, typer.Option("--to", help="The first moment that is not copied any more.")] = "now",
    rate: Annotated[float | None, typer.Option(min=0.001, help="Records a second at most.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only; make and write nothing.")] = False,
) -> None:
    """Copy a stretch of a public topic's past into `<team>.replay.<topic>`, where only that team can read it.

    Run again, it copies what is missing: records that are there already are not copied twice.
    """
    from runtime import access_names
    from runtime.kafka import asking
    from runtime.settings import KafkaSettings, load
    from runtime.topic_replay import Pace
    from runtime.topic_replay import replay as copy

    wanted, reader, now = access_names.public_topic(topic), access_names.team(team), datetime.now(UTC)
    first, last = access_names.moment(start, now=now), access_names.moment(end, now=now)
    kafka = load(KafkaSettings)
    with asking(kafka):
        done = copy(kafka, wanted, reader, first, last, now=now, dry_run=dry_run, pace=Pace(rate))
    missing = done.found - done.present
    told = f"{missing} would be copied" if dry_run else f"{done.copied} copied"
    typer.echo(f"{done.target}: {done.found} records in that time, {told}, {done.present} were there already")


def _start(text: str) -> int | datetime:
    from runtime.access_names import moment
    from runtime.topic_tail import EARLIEST, LATEST

    if text in {"earliest", "latest"}:
        return EARLIEST if text == "earliest" else LATEST
    return int(text) if text.isdecimal() else moment(text, now=datetime.now(UTC))


def _line(shown: "Shown") -> str:
    if shown.undecodable:
        schema = "no schema id" if shown.schema_id is None else f"schema id {shown.schema_id}"
        value = f"undecodable, {schema}: {shown.undecodable}"
    else:
        value = _text(shown.value)
    key = shown.key if isinstance(shown.key, str) else _text(shown.key)
    return f"{shown.partition}@{shown.offset}  {_time(shown.timestamp_ms)}  {key}  {value}"


def _json(topic: str, shown: "Shown") -> str:
    document = {
        "topic": topic,
        "partition": shown.partition,
        "offset": shown.offset,
        "time": _time(shown.timestamp_ms),
        "key": shown.key,
        "headers": dict(shown.headers),
        "schema_id": shown.schema_id,
        "value": shown.value,
    }
    return _text(document | ({"undecodable": shown.undecodable} if shown.undecodable else {}))


def _time(timestamp_ms: int) -> str:
    return datetime.fromtimestamp(timestamp_ms / 1000, UTC).isoformat(timespec="milliseconds")


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, Decimal):
        return str(value)
    return repr(value)
