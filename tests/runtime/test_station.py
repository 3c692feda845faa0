"""A station against the real broker and registry."""

import asyncio
import contextlib
import socket
from urllib.parse import urlsplit

import pytest

from runtime import faust, metrics
from runtime.processor import Committed, KeyedProcessor, Outcome
from runtime.records import Batch, Record
from runtime.retry import Backoff
from runtime.settings import RegistrySettings
from runtime.station import Station
from runtime.topics import TopicsMissingError
from schemas.topic import Topic
from tests.runtime.broker import Ground, Seen, eventually
from tests.runtime.fakes import counted, until

pytestmark = pytest.mark.broker


async def test_poison_of_every_kind_is_a_dead_letter_and_the_partition_goes_on(ground: Ground) -> None:
    good = ground.encode(0)
    poison: list[tuple[bytes | None, bytes | None, str]] = [
        (b"p", b"\x01no magic", "wrong-magic-byte"),
        (b"p", b"\x00\x00\x0f\x00\x00what", "unknown-schema-id"),
        (b"p", good[:5], "undecodable"),
        (b"p", good + b"\x00", "undecodable"),
        (b"p", b"", "empty-value"),
        (b"p", None, "empty-value"),
        (None, good, "null-key"),
    ]
    await ground.write([1], key="p")
    await ground.write_raw([(key, value) for key, value, _ in poison])
    await ground.write([2], key="p")
    seen = Seen(ground.topic)
    async with ground.station(seen):
        await until(lambda: sorted(seen.numbers) == [1, 2], 90)
        letters = await ground.dead_letters(len(poison))
        await eventually(lambda: _committed_is(ground, len(poison) + 2))
    found = sorted((key, value, said.cause) for said, key, value in letters if key and value)
    assert found == sorted((key, value, cause) for key, value, cause in poison if key and value)
    assert sorted(said.cause for said, _, _ in letters) == sorted(cause for _, _, cause in poison)
    assert {said.group for said, _, _ in letters} == {ground.group}
    assert {said.topic for said, _, _ in letters} == {ground.topic.name}
    reasons = {said.cause: said.reason for said, _, _ in letters}
    assert f"schema id {int.from_bytes(good[1:5])}" in reasons["undecodable"]
    assert f"no schema {0x000F0000}" in reasons["unknown-schema-id"]


async def test_commits_the_metadata_and_gives_it_back_to_the_next(ground: Ground) -> None:
    await ground.write(range(100))
    first = Seen(ground.topic)
    async with ground.station(first):
        await until(lambda: len(first.numbers) == 100, 90)
    assert first.had == dict.fromkeys(range(4))
    assert sorted(first.gone) == [0, 1, 2, 3]
    second = Seen(ground.topic)
    async with ground.station(second):
        await until(lambda: len(second.had) == 4, 90)
        await ground.write([100])
        await until(lambda: bool(second.numbers), 90)
    assert second.numbers == [100]
    for partition, committed in second.had.items():
        assert committed is not None
        assert committed.metadata == f"{partition}:{committed.offset - 1}"


async def test_a_processor_that_raises_stops_the_station_and_its_batch_comes_again(ground: Ground) -> None:
    class Failing(Seen):
        backoff = Backoff(first=0.01, ceiling=0.01, attempts=3)
        calls = 0

        async def process(self, batch: Batch) -> Outcome:
            self.calls += 1
            raise OSError("the database is away")

    await ground.write([1, 2, 3], key="k")
    failing = Failing(ground.topic)
    station = ground.station(failing)

    async def run() -> None:
        async with station:
            await asyncio.wait_for(station.failure(), 90)

    with pytest.raises(OSError, match="the database is away"):
        await run()
    assert failing.calls == 3
    assert await ground.committed() == {}
    seen = Seen(ground.topic)
    async with ground.station(seen):
        await until(lambda: seen.numbers == [1, 2, 3], 90)


async def test_a_fresh_group_commits_nothing_past_an_unfinished_record(ground: Ground) -> None:
    class Gated(KeyedProcessor):
        name = "gated"
        topics = (ground.topic,)

        def __init__(self) -> None:
            self.gate = asyncio.Event()
            self.done: list[int] = []

        def key(self, record: Record) -> str:
            return str(record.value["number"])

        async def handle(self, topic: Topic, partition: int, record: Record) -> None:
            if record.value["number"] == 0:
                await self.gate.wait()
            self.done.append(record.value["number"])

    await ground.write(range(50), key="same partition")
    gated = Gated()
    async with ground.station(gated, drain_seconds=0.1):
        await until(lambda: len(gated.done) == 49, 90)
        await asyncio.sleep(0.6)  # more than two commit intervals
        assert await ground.committed() == {}
    again = Gated()
    again.gate.set()
    async with ground.station(again):
        await until(lambda: sorted(again.done) == list(range(50)), 90)
        await eventually(lambda: _committed_is(ground, 50))


async def test_two_workers_share_the_work_and_lose_nothing_when_one_comes_and_goes(ground: Ground) -> None:
    first, second = Seen(ground.topic, pause=0.005), Seen(ground.topic, pause=0.005)
    enough = asyncio.Event()

    async def write() -> int:
        written = 0
        while not enough.is_set():
            await ground.write(range(written, written + 50))
            written += 50
            await asyncio.sleep(0.02)
        return written

    # nobody is put out of the group because the machine is slow
    patient = {"batch_records": 20, "session_seconds": 60, "drain_seconds": 60}
    async with ground.station(first, **patient):
        writing = asyncio.create_task(write())
        await until(lambda: len(first.numbers) > 200, 90)
        async with ground.station(second, **patient):
            await until(lambda: len(second.numbers) > 200, 90)
            assert set(first.gone) == {0, 1, 2, 3}
        after = len(first.numbers)
        await until(lambda: len(first.numbers) > after + 200, 90)
        enough.set()
        total = await writing
        await until(lambda: set(first.numbers) | set(second.numbers) == set(range(total)), 90)
        await eventually(lambda: _committed_is(ground, total))
    # each hand-over waits for the batches in hand and commits them
    assert len(first.numbers) + len(second.numbers) == total


async def test_every_partition_is_fetched_again_after_each_of_many_rebalances(ground: Ground) -> None:
    staying = Seen(ground.topic)
    async with ground.station(staying):
        for round_ in range(4):
            passing = Seen(ground.topic)
            async with ground.station(passing):
                await until(lambda passing=passing: len(passing.had) == 2, 90)  # type: ignore[misc]
                await ground.write(range(round_ * 100, round_ * 100 + 100))
            before = set(staying.numbers) | set(passing.numbers)
            wanted = set(range(round_ * 100, round_ * 100 + 100))
            await until(lambda p=passing, w=wanted: w <= set(staying.numbers) | set(p.numbers), 90)  # type: ignore[misc]
            assert before <= set(range((round_ + 1) * 100))


async def test_getting_ready_may_take_longer_than_the_session(ground: Ground) -> None:
    class Slow(Seen):
        calls = 0

        async def assigned(self, topic: Topic, partition: int, committed: Committed | None) -> None:
            self.calls += 1
            await asyncio.sleep(7)
            await super().assigned(topic, partition, committed)

    await ground.write(range(10))
    slow = Slow(ground.topic)
    async with ground.station(slow, session_seconds=6):
        await until(lambda: len(slow.numbers) >= 10, 90)
        await eventually(lambda: _committed_is(ground, 10))
    assert slow.calls == 4


async def test_a_full_station_stays_in_its_group(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faust, "_POLL_INTERVAL_MS", 3000)
    await ground.write(range(400))
    slow = Seen(ground.topic, pause=6)
    station = ground.station(slow, batch_records=10)
    async with station:
        await until(lambda: all(not partition.room for partition in station.partitions()) and bool(slow.had), 90)
        await until(lambda: bool(slow.numbers), 90)
        await asyncio.sleep(1)
        assert slow.gone == []
    assert len(slow.numbers) == len(set(slow.numbers))


async def test_is_quick_when_idle(ground: Ground) -> None:
    arrived: list[float] = []
    loop = asyncio.get_running_loop()

    class Timed(Seen):
        async def process(self, batch: Batch) -> Outcome:
            arrived.extend(loop.time() for _ in batch.records)
            return Outcome()

    timed = Timed(ground.topic)
    async with ground.station(timed):
        await until(lambda: len(timed.had) == 4, 90)
        await ground.write([-1])
        await until(lambda: bool(arrived), 90)
        took = []
        for number in range(60):
            await asyncio.sleep(0.02)
            sent = loop.time()
            await ground.write([number])
            await until(lambda number=number: len(arrived) == number + 2, 90)  # type: ignore[misc]
            took.append(arrived[-1] - sent)
    # generous, for a busy machine: what it guards against is a poll interval (100 ms and more) in the way
    assert sorted(took)[45] < 0.06


async def test_a_slow_processor_does_not_make_memory_grow(ground: Ground) -> None:
    stuck = asyncio.Event()

    class Slow(Seen):
        async def process(self, batch: Batch) -> Outcome:
            await stuck.wait()
            return await super().process(batch)

    await ground.write(range(2000), key="one partition")
    slow = Slow(ground.topic)
    station = ground.station(slow, batch_records=50)
    async with station:
        await eventually(lambda: _full(station))
        await asyncio.sleep(0.5)
        in_hand = [partition for partition in station.partitions() if not partition.room]
        assert [partition._held for partition in in_hand] == [100]
        stuck.set()
        await until(lambda: len(slow.numbers) == 2000, 90)


async def test_a_processor_that_cannot_start_is_said_and_nothing_is_left_running(ground: Ground) -> None:
    class Unready(Seen):
        async def start(self) -> None:
            raise OSError("no database")

    with pytest.raises(OSError, match="no database"):
        async with ground.station(Unready(ground.topic)):
            pass


async def test_a_processor_that_cannot_take_a_partition_stops_the_station(ground: Ground) -> None:
    class Refusing(Seen):
        async def assigned(self, topic: Topic, partition: int, committed: Committed | None) -> None:
            raise OSError("no table")

    station = ground.station(Refusing(ground.topic))

    async def run() -> None:
        async with station:
            await asyncio.wait_for(station.failure(), 90)

    with pytest.raises(OSError, match="no table"):
        await run()


async def test_a_topic_that_is_missing_is_said_before_anything_is_consumed(ground: Ground) -> None:
    missing = counted("test.never-created")
    with pytest.raises(TopicsMissingError, match="balcao topics apply"):
        async with ground.station(Seen(missing)):
            pass


async def _committed_is(ground: Ground, total: int) -> bool:
    return await ground.committed_in_all() == total


async def _full(station: Station) -> bool:
    return any(not partition.room for partition in station.partitions())


async def test_a_registry_that_is_away_is_waited_for_said_and_nothing_is_dropped(ground: Ground) -> None:
    await ground.write(range(20))
    address = urlsplit(ground.registry.url)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    there, ground.registry = ground.registry, RegistrySettings(url=f"http://127.0.0.1:{port}{address.path}")
    seen = Seen(ground.topic)
    labels = (ground.group, metrics.REGISTRY)

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, on = await asyncio.open_connection(address.hostname, address.port)

        async def pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError):
                while data := await source.read(65536):
                    sink.write(data)
                    await sink.drain()
            sink.close()

        await asyncio.gather(pipe(reader, on), pipe(back, writer))

    async with ground.station(seen, watchdog_seconds=2) as station:
        waiting = "waiting for the schema registry"
        await until(lambda: waiting in {one.doing for one in station.partitions()}, 90)
        # longer than the watchdog's patience: a restart would not bring the registry back
        await asyncio.sleep(2.5)
        assert waiting in {one.doing for one in station.partitions()}
        assert metrics.WAITS_FOR.labels(*labels)._value.get() == 1
        assert (seen.numbers, await ground.committed()) == ([], {})
        server = await asyncio.start_server(forward, "127.0.0.1", port)
        await until(lambda: sorted(seen.numbers) == list(range(20)), 90)
        assert metrics.WAITS_FOR.labels(*labels)._value.get() == 0
    server.close()
    ground.registry = there
    assert await ground.dead_letter_count() == 0
