"""Taking a partition over: after a claim nobody else can add rows for it, and the last row it has is known.

Why no record can be stored twice, whoever else believes to own the partition:

1. A claim first creates a stream and records its name in the table of streams.
2. Only then it reads all names recorded for the partition, and finalizes every stream but its own. A finalized stream
   takes no row again, also none that was sent before and arrives late.
3. Only then it asks the history table for the partition's last offset, and appends what lies after it.

Take two owners, A and B (one may be a process that was stopped and wakes up: its partition has long been given away).
Had both appended the same record, neither had finalized the other's stream before. A did not see B's name, so B
recorded it after A had read; B read later still, saw A's name and finalized A's stream before asking for the last
offset. So B knew of every row of A. The same holds the other way round. The worst two owners can do is to finalize
each other, and to claim again.

The stream's name is also kept with the consumer group's offset. It is not enough there: it is committed after the
stream's first rows, and a process that stops in between leaves a stream that the group does not know.

A stream the server does not know any more (an emulator's restart, a table made anew) takes no rows either.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from sinks.bigquery import sql
from sinks.bigquery.storage import Storage

NO_PARAMETERS: Mapping[str, int] = MappingProxyType({})


class Queries(Protocol):
    """What the sink needs of BigQuery's query API."""

    dataset: str

    async def query(self, statement: str, parameters: Mapping[str, int] = NO_PARAMETERS) -> list[object]:
        """Runs a statement to its end; the rows' columns are attributes, ``parameters`` its ``@name`` values."""
        ...


@dataclass(frozen=True, slots=True)
class Claim:
    """An empty stream that is ours alone, and the last Kafka offset in the table, -1 when there is none."""

    stream: str
    last_offset: int


@dataclass(frozen=True, slots=True)
class Place:
    """A partition of a topic, and the history table its rows go to."""

    topic: str
    partition: int
    history: str


class Claims:
    """Claims partitions, those asked for within ``window`` seconds of each other together: a few queries for all."""

    def __init__(self, queries: Queries, storage: Storage, *, window: float = 0.02) -> None:
        self._queries = queries
        self._storage = storage
        self._window = window
        self._waiting: dict[Place, asyncio.Future[Claim]] = {}
        self._rounds: set[asyncio.Task[None]] = set()

    async def claim(self, place: Place) -> Claim:
        """Takes the partition over. Raises what the servers answer; nothing is held then."""
        if not self._waiting:
            task = asyncio.create_task(self._round())
            self._rounds.add(task)
            task.add_done_callback(self._rounds.discard)
        future = self._waiting.get(place)
        if future is None:
            future = self._waiting[place] = asyncio.get_running_loop().create_future()
        return await asyncio.shield(future)

    async def held(self, place: Place, offsets: Sequence[int]) -> set[int]:
        """Which of the offsets the place's history has. Raises what the server answers."""
        statement = sql.held_offsets(self._queries.dataset, place.history, place.partition, offsets)
        return {row.held for row in await self._queries.query(statement)}  # type: ignore[attr-defined]

    async def _round(self) -> None:
        await asyncio.sleep(self._window)
        waiting, self._waiting = self._waiting, {}
        try:
            claims = await self._take_over(list(waiting))
        except BaseException as error:  # noqa: BLE001 - whoever waits is told, and raises it
            for future in waiting.values():
                future.set_exception(error if isinstance(error, Exception) else asyncio.CancelledError())
                future.exception()
            return
        for place, future in waiting.items():
            future.set_result(claims[place])

    async def _take_over(self, places: Sequence[Place]) -> dict[Place, Claim]:
        dataset = self._queries.dataset
        names = await asyncio.gather(*(self._storage.create(place.history) for place in places))
        streams = dict(zip(places, names, strict=True))
        await self._queries.query(
            sql.remember(dataset, [(place.topic, place.partition, name) for place, name in streams.items()])
        )
        recorded = await self._queries.query(
            sql.open_streams(dataset, [(place.topic, place.partition) for place in places])
        )
        others = sorted({str(row.stream) for row in recorded} - set(names))  # type: ignore[attr-defined]
        await asyncio.gather(*(self._storage.finalize(name) for name in others))
        last = await self._last_offsets(places)
        if others:
            await self._queries.query(sql.forget(dataset, others))
        return {place: Claim(name, last.get(place, -1)) for place, name in streams.items()}

    async def _last_offsets(self, places: Sequence[Place]) -> Mapping[Place, int]:
        tables: dict[str, list[Place]] = {}
        for place in places:
            tables.setdefault(place.history, []).append(place)
        found: dict[Place, int] = {}

        async def ask(history: str, group: Sequence[Place]) -> None:
            numbers = sorted({place.partition for place in group})
            rows = await self._queries.query(sql.last_offsets(self._queries.dataset, history, numbers))
            last: dict[int, int] = {row.number: row.last_offset for row in rows}  # type: ignore[attr-defined]
            # late rows of a partition have a place of their own, beside the partition's
            found.update({place: last[place.partition] for place in group if place.partition in last})

        await asyncio.gather(*(ask(history, group) for history, group in tables.items()))
        return found
