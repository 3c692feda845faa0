"""One collection: an engine shard and the request that created it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import qdrant_edge as edge
from qdrant_client.http import models

from deploy.local.qdrant.bodies import Count, Query, Scroll
from deploy.local.qdrant.disk import write_whole
from deploy.local.qdrant.failures import BadInputError
from deploy.local.qdrant.filters import to_filter
from deploy.local.qdrant.parameters import info_json, to_config, to_index
from deploy.local.qdrant.points import record_json, scored_json, to_id, with_payload
from deploy.local.qdrant.queries import to_query_request, to_scroll_request

_CREATED = "collection.json"
_SHARD = "shard"


class Collection:
    """All methods block and are called from one thread: the engine holds the interpreter while it works anyway.

    Every change is in the engine's write-ahead log when its method returns, so that it survives ``kill -9`` of the
    process. Against a crash of the machine ``flush`` must have returned.
    """

    def __init__(self, shard: edge.EdgeShard, created: models.CreateCollection) -> None:
        self._shard = shard
        self._created = created
        self._dirty = False

    @classmethod
    def create(cls, folder: Path, request: models.CreateCollection) -> None:
        """Write a new, empty collection into ``folder``, which exists and is empty."""
        (folder / _SHARD).mkdir()
        edge.EdgeShard.create(str(folder / _SHARD), to_config(request)).close()
        write_whole(folder / _CREATED, request.model_dump(mode="json", exclude_none=True))

    @classmethod
    def load(cls, folder: Path) -> "Collection":
        """Open what ``create`` wrote; replays the write-ahead log."""
        created = models.CreateCollection.model_validate(orjson.loads((folder / _CREATED).read_bytes()))
        return cls(edge.EdgeShard.load(str(folder / _SHARD)), created)

    def info(self) -> dict[str, Any]:
        """``CollectionInfo``."""
        return info_json(self._created, self._shard.info())

    def update(self, operations: list[edge.UpdateOperation]) -> None:
        """Apply operations in order. Raises ``BadInputError`` at the first the engine refuses; those before it stay."""
        self._dirty = True
        for operation in operations:
            with _engine_words():
                self._shard.update(operation)

    def create_index(self, request: models.CreateFieldIndex) -> None:
        """Index a payload field; again is no change."""
        self.update([edge.UpdateOperation.create_field_index(request.field_name, to_index(request.field_schema))])

    def delete_index(self, field: str) -> None:
        """Drop a payload field's index."""
        self.update([edge.UpdateOperation.delete_field_index(field)])

    def query(self, request: Query) -> dict[str, Any]:
        """``QueryResponse``: scored points, best first."""
        asked = to_query_request(request)
        with _engine_words():
            return {"points": [scored_json(point) for point in self._shard.query(asked)]}

    def scroll(self, request: Scroll) -> dict[str, Any]:
        """``ScrollResult``: a page of points in id order, or in the order of a payload field."""
        asked = to_scroll_request(request)
        with _engine_words():
            records, following = self._shard.scroll(asked)
        return {
            "points": [record_json(record) for record in records],
            "next_page_offset": following if following is None or isinstance(following, int) else str(following),
        }

    def count(self, request: Count) -> int:
        """How many points match."""
        with _engine_words():
            return self._shard.count(edge.CountRequest(exact=True, filter=to_filter(request.filter)))

    def retrieve(self, request: models.PointRequest) -> list[dict[str, Any]]:
        """The points of ``ids`` that exist."""
        ids = [to_id(one) for one in request.ids]
        vectors = False if request.with_vector is None else request.with_vector
        with _engine_words():
            found = self._shard.retrieve(ids, with_payload(request.with_payload, default=True), vectors)
        return [record_json(record) for record in found]

    def flush(self) -> None:
        """Make every change so far survive a crash of the machine."""
        if self._dirty:
            self._dirty = False
            self._shard.flush()

    def close(self) -> None:
        """Flush and let go."""
        self.flush()
        self._shard.close()


@contextmanager
def _engine_words() -> Iterator[None]:
    """The engine raises bare ``Exception`` with a server's own sentence for a request it refuses."""
    try:
        yield
    except Exception as error:
        if type(error) is Exception and "Service runtime error" not in str(error):
            raise BadInputError(str(error)) from error
        raise
