"""Points in and out: identifiers, vectors, payloads."""

from typing import Any

import qdrant_edge as edge
from qdrant_client.http import models

from deploy.local.qdrant.failures import BadInputError, unsupported

PointId = int | str


def to_id(given: Any) -> Any:
    """The engine's point id: an unsigned 64-bit integer or a UUID. Raises ``BadInputError`` for anything else."""
    try:
        edge.HasIdCondition({given})
    except (TypeError, ValueError):
        raise BadInputError(f"the point id {given!r} is neither an unsigned integer nor a UUID") from None
    return given


def to_point(given: models.PointStruct) -> edge.Point:
    """One point to upsert."""
    return edge.Point(to_id(given.id), to_vectors(given.vector), given.payload)


def to_vectors(given: Any) -> Any:
    """One unnamed vector, or named ones; the engine checks names and dimensions."""
    if isinstance(given, dict):
        return {name: to_vector(vector) for name, vector in given.items()}
    return to_vector(given)


def to_vector(given: Any) -> Any:
    """One dense vector (a list of numbers) or one sparse one."""
    if isinstance(given, models.SparseVector):
        if len(given.indices) != len(given.values):
            raise BadInputError("a sparse vector has as many indices as values")
        if len(set(given.indices)) != len(given.indices):
            raise BadInputError("the indices of a sparse vector are unique")
        return edge.SparseVector(given.indices, given.values)
    if isinstance(given, list):
        return given
    raise unsupported(f"inference ({type(given).__name__})")


def unbatch(batch: models.Batch) -> list[models.PointStruct]:
    """The points of the column-wise form of an upsert."""
    names = batch.vectors
    count = len(batch.ids)
    columns = names.values() if isinstance(names, dict) else [names]
    if any(len(column) != count for column in columns) or (batch.payloads and len(batch.payloads) != count):
        raise BadInputError("the ids, vectors and payloads of a batch have the same length")
    payloads: list[Any] = list(batch.payloads) if batch.payloads else [None] * count
    return [
        models.PointStruct.model_construct(
            id=batch.ids[row],
            vector={name: column[row] for name, column in names.items()} if isinstance(names, dict) else names[row],
            payload=payloads[row],
        )
        for row in range(count)
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
