"""Points in and out: identifiers, vectors, payloads."""

from typing import Any

import qdrant_edge as edge
from qdrant_client.http import models

from deploy.local.qdrant.bodies import Json
from deploy.local.qdrant.failures import BadBodyError, BadInputError, unsupported

PointId = int | str


def to_id(given: Any) -> Any:
    """The engine's point id: an unsigned 64-bit integer or a UUID. Raises ``BadInputError`` for anything else."""
    try:
        edge.HasIdCondition({given})
    except (TypeError, ValueError):
        raise BadInputError(f"the point id {given!r} is neither an unsigned integer nor a UUID") from None
    return given


def to_point(given: Json) -> edge.Point:
    """One point to upsert: ``id``, ``vector`` and maybe ``payload``."""
    identity, vectors, payload = _parts(given, ("id", "vector"), ("payload",))
    try:
        return edge.Point(identity, vectors, payload)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadBodyError(f"in the point {identity}: {error}") from error


def to_point_vectors(given: Json) -> edge.PointVectors:
    """Vectors of one existing point: ``id`` and ``vector``."""
    identity, vectors, _ = _parts(given, ("id", "vector"), ())
    try:
        return edge.PointVectors(identity, vectors)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadBodyError(f"in the point {identity}: {error}") from error


def _parts(given: Json, needed: tuple[str, ...], possible: tuple[str, ...]) -> tuple[Any, Any, Any]:
    if not set(needed) <= given.keys() <= {*needed, *possible}:
        raise BadBodyError(f"a point has {', '.join(needed)}{' and maybe payload' * bool(possible)}, not {list(given)}")
    return to_id(given["id"]), _vectors(given["vector"]), given.get("payload")


def _vectors(given: Any) -> Any:
    if isinstance(given, dict) and "text" not in given:
        return {name: to_vector(vector) for name, vector in given.items()}
    return to_vector(given)


def to_vector(given: Any) -> Any:
    """One dense vector (a list of numbers) or one sparse one; the engine checks names and dimensions."""
    if isinstance(given, list):
        return given
    if isinstance(given, models.SparseVector):
        given = {"indices": given.indices, "values": given.values}
    if not isinstance(given, dict) or given.keys() != {"indices", "values"}:
        raise unsupported("inference")
    if len(given["indices"]) != len(given["values"]):
        raise BadInputError("a sparse vector has as many indices as values")
    if len(set(given["indices"])) != len(given["indices"]):
        raise BadInputError("the indices of a sparse vector are unique")
    return edge.SparseVector(given["indices"], given["values"])


def unbatch(batch: models.Batch) -> list[Json]:
    """The points of the column-wise form of an upsert."""
    columns: Any = batch.model_dump(mode="json", exclude_unset=True)
    vectors, payloads = columns["vectors"], columns.get("payloads") or [None] * len(batch.ids)
    named = vectors if isinstance(vectors, dict) else {"": vectors}
    if any(len(column) != len(batch.ids) for column in (*named.values(), payloads)):
        raise BadInputError("the ids, vectors and payloads of a batch have the same length")
    return [
        {
            "id": identity,
            "vector": {name: column[row] for name, column in named.items()} if named is vectors else vectors[row],
            "payload": payloads[row],
        }
        for row, identity in enumerate(columns["ids"])
    ]


def with_payload(given: Any, default: bool) -> Any:
    """The engine's payload selection."""
    match given:
        case None:
            return default
        case models.PayloadSelectorInclude():
            return edge.PayloadSelector.Include(given.include)
        case models.PayloadSelectorExclude():
            return edge.PayloadSelector.Exclude(given.exclude)
        case _:
            return given


def record_json(record: edge.Record) -> dict[str, Any]:
    """A stored point, as the API answers it."""
    out: dict[str, Any] = {"id": id_json(record.id)}
    if record.payload is not None:
        out["payload"] = record.payload
    if record.vector is not None:
        out["vector"] = _vectors_json(record.vector)
    if record.order_value is not None:
        out["order_value"] = record.order_value
    return out


def scored_json(point: edge.ScoredPoint) -> dict[str, Any]:
    """A found point, as the API answers it."""
    out: dict[str, Any] = {"id": id_json(point.id), "version": point.version, "score": point.score}
    if point.payload is not None:
        out["payload"] = point.payload
    if point.vector is not None:
        out["vector"] = _vectors_json(point.vector)
    if point.order_value is not None:
        out["order_value"] = point.order_value
    return out


def id_json(given: Any) -> PointId | None:
    """A point id in JSON: integers as they are, UUIDs as text."""
    return given if given is None or isinstance(given, int) else str(given)


def _vectors_json(given: Any) -> Any:
    if isinstance(given, dict):
        return {name: _vectors_json(vector) for name, vector in given.items()}
    if isinstance(given, edge.SparseVector):
        return {"indices": given.indices, "values": given.values}
    return given
