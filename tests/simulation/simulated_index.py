"""Qdrant as the sink meets it: points under guards, in memory; filters are judged by the client library's own code."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from qdrant_client import models
from qdrant_client.local.payload_filters import check_filter

from tests.simulation.simulated_process import Frozen


@dataclass
class SimulatedIndex:
    """The server: one collection. ``regressions`` are points that went back to an older version."""

    payloads: dict[int, dict[str, Any]] = field(default_factory=dict)
    vectors: dict[int, Any] = field(default_factory=dict)
    regressions: list[str] = field(default_factory=list)

    def upsert(self, points: Sequence[Any], update_filter: models.Filter | None) -> None:
        """Inserts what is not there; replaces what is, where the filter holds for its stored state."""
        for point in points:
            if self._may(point.id, update_filter):
                self._put(point.id, dict(point.payload or {}))
                self.vectors[point.id] = point.vector

    def overwrite(self, payload: dict[str, Any], wanted: models.Filter) -> None:
        """Replaces the payloads of the points that match."""
        for number in [each for each in self.payloads if self._matches(each, wanted)]:
            self._put(number, dict(payload))

    def _may(self, number: int, wanted: models.Filter | None) -> bool:
        return number not in self.payloads or wanted is None or self._matches(number, wanted)

    def _matches(self, number: int, wanted: models.Filter) -> bool:
        return bool(check_filter(wanted, self.payloads[number], number, {}))

    def _put(self, number: int, payload: dict[str, Any]) -> None:
        there = self.payloads.get(number)
        if there is not None and _version(payload) < _version(there):
            self.regressions.append(f"point {number} went from {_version(there)} back to {_version(payload)}")
        self.payloads[number] = payload


def _version(payload: dict[str, Any]) -> tuple[int, int]:
    return payload["version"], payload["offset"]


@dataclass
class IndexClient:
    """One process's client, as far as the sink uses it."""

    index: SimulatedIndex
    frozen: Frozen

    async def retrieve(self, collection: str, ids: Sequence[int], **_: Any) -> list[Any]:
        """The points that are there."""

        def do() -> list[Any]:
            known = self.index.payloads
            return [SimpleNamespace(id=each, payload=dict(known[each])) for each in ids if each in known]

        found = await self.frozen.call("retrieve", do, OSError("503"), OSError("reset"))
        assert isinstance(found, list)
        return found

    async def upsert(
        self, collection: str, points: Sequence[Any], *, wait: bool, update_filter: models.Filter | None = None
    ) -> None:
        """See ``SimulatedIndex.upsert``."""
        do = lambda: self.index.upsert(points, update_filter)  # noqa: E731
        await self.frozen.call("upsert", do, OSError("503"), OSError("reset"))

    async def batch_update_points(self, collection: str, operations: Sequence[Any], *, wait: bool) -> None:
        """Payloads overwritten by filter, in order."""

        def do() -> None:
            for each in operations:
                asked = each.overwrite_payload
                self.index.overwrite(dict(asked.payload), asked.filter)

        await self.frozen.call("overwrite", do, OSError("503"), OSError("reset"))
