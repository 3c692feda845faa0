"""Looking from the side while faults strike: no row of the newest state, and no point, may show an older version."""

import asyncio
import contextlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from google.api_core.exceptions import GoogleAPICallError
from qdrant_client import AsyncQdrantClient
from qdrant_client.http.exceptions import ApiException

from runtime.settings import BigQuerySettings
from schemas import bigquery as tables
from schemas.topic import Topic
from sinks.bigquery.warehouse import Warehouse

_PAUSE = 0.2
_AWAY = (GoogleAPICallError, ApiException, OSError)
Version = tuple[int, int]
"""The position in the source's log, then the Kafka offset."""


@dataclass
class Seen:
    """The newest version seen of each key of one place, and what went back."""

    place: str
    newest: dict[Hashable, Version] = field(default_factory=dict)
    absent: set[Hashable] = field(default_factory=set)
    back: list[str] = field(default_factory=list)
    looks: int = 0

    def look(self, now: Mapping[Hashable, Version]) -> None:
        """What is there at one moment. A key that went away may come back only with a newer version."""
        self.looks += 1
        for key, version in now.items():
            before = self.newest.get(key)
            if before is not None and (version < before or (version == before and key in self.absent)):
                self.back.append(f"{self.place} {key} showed {version} after {before}")
            self.newest[key] = max(version, before or version)
        self.absent = set(self.newest) - set(now)


class Watch:
    """Looks again and again at the views and the index; an answer that does not come is no look."""

    def __init__(
        self, topics: tuple[Topic, ...], settings: BigQuerySettings, index: AsyncQdrantClient, alias: str
    ) -> None:
        self._topics = topics
        self._settings = settings
        self._index = index
        self._alias = alias
        self.views = {topic.name: Seen(tables.view_name(topic)) for topic in topics}
        self.points = Seen("point")

    @property
    def back(self) -> list[str]:
        """Everything that went back."""
        return [each for seen in (*self.views.values(), self.points) for each in seen.back]

    @property
    def looks(self) -> int:
        """How many answers were looked at."""
        return sum(seen.looks for seen in (*self.views.values(), self.points))

    async def run(self) -> None:
        """Until it is cancelled."""
        warehouse = Warehouse(self._settings, timeout=5)
        try:
            while True:
                for topic in self._topics:
                    with contextlib.suppress(*_AWAY):
                        self.views[topic.name].look(await self._view(warehouse, topic))
                    with contextlib.suppress(*_AWAY):
                        self.points.look(await self._points())
                    await asyncio.sleep(_PAUSE)
        finally:
            await warehouse.close()

    async def _view(self, warehouse: Warehouse, topic: Topic) -> dict[Hashable, Version]:
        assert topic.table is not None
        key = topic.table.primary_key
        view = f"`{warehouse.dataset}.{tables.view_name(topic)}`"
        rows = await warehouse.query(f"SELECT {', '.join(key)}, _lsn, _offset FROM {view}")
        return {tuple(row[name] for name in key): (row["_lsn"], row["_offset"]) for row in rows}

    async def _points(self) -> dict[Hashable, Version]:
        points, _ = await self._index.scroll(self._alias, limit=10_000, with_payload=["version", "offset"])
        return {point.id: ((point.payload or {})["version"], (point.payload or {})["offset"]) for point in points}
