"""`balcao topics tail` on the real broker: from anywhere, to anywhere, whatever the records are."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import typer
from typer.testing import CliRunner

from runtime.errors import UserError
from runtime.registry import Registry
from runtime.topic_commands import tail as tail_command
from runtime.topic_tail import EARLIEST, LATEST, Shown, tail
from tests.runtime.broker import Ground
from tests.runtime.conftest import ground

__all__ = ["ground"]

pytestmark = pytest.mark.broker

UNKNOWN = b"\x00\x7f\xff\xff\xf0not avro"


@pytest.fixture
def registry(ground: Ground) -> Iterator[Registry]:
    registry = Registry(ground.registry)
    yield registry
    registry.close()


async def test_a_record_that_does_not_decode_is_told_and_the_next_one_follows(
    ground: Ground, registry: Registry
) -> None:
    await ground.write_raw(
        [("k", ground.encode(1)), ("k", UNKNOWN), ("k", b"text"), ("k", None), ("k", ground.encode(2))]
    )
    shown = list(tail(ground.kafka, registry, ground.topic.name, start=EARLIEST, follow=False, personal=True))
    assert [each.offset for each in shown] == [0, 1, 2, 3, 4]
    assert [each.value and each.value["number"] for each in shown] == [1, None, None, None, 2]
    assert (shown[1].schema_id, shown[2].schema_id) == (0x7FFFFFF0, None)
    assert [bool(each.undecodable) for each in shown] == [False, True, True, False, False]


async def test_from_an_offset_from_a_time_and_at_most_so_many(ground: Ground, registry: Registry) -> None:
    def numbers(start: int | datetime, limit: int | None = None, partition: int | None = None) -> list[int]:
        found = tail(
            ground.kafka,
            registry,
            ground.topic.name,
            start=start,
            limit=limit,
            partition=partition,
            follow=False,
            personal=True,
        )
        return [shown.value["number"] for shown in found]

    await ground.write([1, 2, 3], key="k")
    time.sleep(0.05)  # noqa: ASYNC251 - so that the two writes differ in time
    between = datetime.now(UTC)
    await ground.write([4, 5], key="k")
    (partition,) = {
        shown.partition for shown in tail(ground.kafka, registry, ground.topic.name, start=EARLIEST, limit=1)
    }
    assert numbers(between) == [4, 5]
    assert numbers(1, partition=partition) == [2, 3, 4, 5]
    assert numbers(EARLIEST, limit=2) == [1, 2]
    assert numbers(LATEST) == []
    assert numbers(datetime.now(UTC) + timedelta(hours=1)) == []
    assert numbers(EARLIEST, partition=(partition + 1) % 4) == []


async def test_following_waits_for_what_is_yet_to_come(ground: Ground, registry: Registry) -> None:
    import asyncio

    async def later() -> None:
        await asyncio.sleep(1.5)
        await ground.write([7])

    def follow() -> list[Shown]:
        return list(tail(ground.kafka, registry, ground.topic.name, start=LATEST, limit=1, personal=True))

    found, _ = await asyncio.gather(asyncio.to_thread(follow), later())
    assert found[0].value["number"] == 7


async def test_what_is_not_there_is_said_to_be_so(ground: Ground, registry: Registry) -> None:
    name = ground.topic.name

    def refused(topic: str, start: int = EARLIEST, partition: int | None = None) -> str:
        with pytest.raises(UserError) as caught:
            next(tail(ground.kafka, registry, topic, start=start, partition=partition))
        return str(caught.value)

    assert name in refused(name[:-1])
    assert "partitions 0 to 3, not 9" in refused(name, partition=9)
    assert "add --partition" in refused(name, start=5)
    assert "offsets 0 to -1, not 5" in refused(name, start=5, partition=0)


async def test_the_command_prints_one_json_object_a_line(ground: Ground) -> None:
    await ground.write_raw([("a", ground.encode(1, "ação")), ("a", UNKNOWN)])
    app = typer.Typer()
    app.command()(tail_command)
    arguments = [ground.topic.name, "--from", "earliest", "--no-follow"]
    printed = CliRunner().invoke(app, [*arguments, "--json", "--personal"])
    first, second = (json.loads(line) for line in printed.stdout.splitlines())
    assert (first["key"], first["offset"], first["value"]) == ("a", 0, {"number": 1, "text": "ação"})
    assert second["schema_id"] == 0x7FFFFFF0
    assert "unknown-schema-id" in second["undecodable"]
    told = CliRunner().invoke(app, arguments).stdout.splitlines()
    assert len(told) == 2
    assert f"undecodable, schema id {0x7FFFFFF0}" in told[1]
