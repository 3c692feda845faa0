"""Changes of points: from the REST API's models to the engine's operations."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import qdrant_edge as edge
from pydantic import BaseModel
from qdrant_client.http import models

from deploy.local.qdrant import bodies
from deploy.local.qdrant.failures import BadBodyError, BadInputError
from deploy.local.qdrant.filters import to_filter
from deploy.local.qdrant.points import to_id, to_point, to_point_vectors, unbatch

Operation = edge.UpdateOperation

_MODES = {
    None: None,
    models.UpdateMode.UPSERT: edge.UpdateMode.Upsert,
    models.UpdateMode.INSERT_ONLY: edge.UpdateMode.InsertOnly,
    models.UpdateMode.UPDATE_ONLY: edge.UpdateMode.UpdateOnly,
}


def upsert(given: bodies.Upsert | bodies.UpsertColumns) -> Operation:
    """Insert or replace whole points; an existing one only where ``update_filter`` holds for its stored state."""
    points = given.points if isinstance(given, bodies.Upsert) else unbatch(given.batch)
    return Operation.upsert_points(
        [to_point(point) for point in points], to_filter(given.update_filter), _MODES[given.update_mode]
    )


def delete_points(given: models.PointIdsList | bodies.ByFilter) -> Operation:
    """Delete points by id or by filter."""
    if isinstance(given, models.PointIdsList):
        return Operation.delete_points([to_id(one) for one in given.points])
    return Operation.delete_points_by_filter(_required(to_filter(given.filter)))


def clear_payload(given: models.PointIdsList | bodies.ByFilter) -> Operation:
    """Empty the payloads of points."""
    if isinstance(given, models.PointIdsList):
        return Operation.clear_payload([to_id(one) for one in given.points])
    return Operation.clear_payload_by_filter(_required(to_filter(given.filter)))


def set_payload(given: bodies.SetPayload) -> Operation:
    """Merge keys into payloads."""
    return _payload(given, Operation.set_payload, Operation.set_payload_by_filter)


def overwrite_payload(given: bodies.SetPayload) -> Operation:
    """Replace whole payloads."""
    return _payload(given, Operation.overwrite_payload, Operation.overwrite_payload_by_filter)


def delete_payload(given: bodies.DeletePayload) -> Operation:
    """Remove keys from payloads."""
    if given.points is not None:
        return Operation.delete_payload([to_id(one) for one in given.points], given.keys)
    return Operation.delete_payload_by_filter(_required(to_filter(given.filter)), given.keys)


def update_vectors(given: bodies.UpdateVectors) -> Operation:
    """Replace some vectors of existing points."""
    return Operation.update_vectors([to_point_vectors(one) for one in given.points], to_filter(given.update_filter))


def delete_vectors(given: bodies.DeleteVectors) -> Operation:
    """Remove some vectors of points."""
    if given.points is not None:
        return Operation.delete_vectors([to_id(one) for one in given.points], given.vector)
    return Operation.delete_vectors_by_filter(_required(to_filter(given.filter)), given.vector)


Kinds = tuple[type[BaseModel], ...]
UPSERT: Kinds = (bodies.Upsert, bodies.UpsertColumns)
SELECTOR: Kinds = (models.PointIdsList, bodies.ByFilter)

OPERATIONS: dict[str, tuple[Kinds, Callable[[Any], Operation]]] = {
    "upsert": (UPSERT, upsert),
    "delete": (SELECTOR, delete_points),
    "set_payload": ((bodies.SetPayload,), set_payload),
    "overwrite_payload": ((bodies.SetPayload,), overwrite_payload),
    "delete_payload": ((bodies.DeletePayload,), delete_payload),
    "clear_payload": (SELECTOR, clear_payload),
    "update_vectors": ((bodies.UpdateVectors,), update_vectors),
    "delete_vectors": ((bodies.DeleteVectors,), delete_vectors),
}
"""By the name that ``points/batch`` gives them: the shapes a body may have, and what it does."""


def operation(name: str, body: Any) -> Operation:
    """One change of points. Raises ``BadBodyError`` for an unknown name or a body of another shape."""
    if name not in OPERATIONS:
        raise BadBodyError(f"unknown operation {name}")
    kinds, make = OPERATIONS[name]
    for kind in kinds[:-1]:
        with suppress(BadBodyError):
            return make(bodies.parse_json(kind, body))
    return make(bodies.parse_json(kinds[-1], body))


def _payload(
    given: bodies.SetPayload, by_id: Callable[..., Operation], by_filter: Callable[..., Operation]
) -> Operation:
    if given.points is not None:
        return by_id([to_id(one) for one in given.points], given.payload, given.key)
    return by_filter(_required(to_filter(given.filter)), given.payload, given.key)


def _required(given: edge.Filter | None) -> edge.Filter:
    if given is None:
        raise BadInputError("either points or filter is needed")
    return given
