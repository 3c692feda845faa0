"""Changes of points: from the REST API's models to the engine's operations."""

from collections.abc import Callable
from typing import Any

import qdrant_edge as edge
from qdrant_client.http import models

from deploy.local.qdrant.failures import BadInputError, unsupported
from deploy.local.qdrant.filters import to_filter
from deploy.local.qdrant.points import to_id, to_point, to_vectors, unbatch

Operation = edge.UpdateOperation

_MODES = {
    None: None,
    models.UpdateMode.UPSERT: edge.UpdateMode.Upsert,
    models.UpdateMode.INSERT_ONLY: edge.UpdateMode.InsertOnly,
    models.UpdateMode.UPDATE_ONLY: edge.UpdateMode.UpdateOnly,
}


def upsert(given: models.PointsList | models.PointsBatch) -> Operation:
    """Insert or replace whole points; an existing one only where ``update_filter`` holds for its stored state."""
    points = given.points if isinstance(given, models.PointsList) else unbatch(given.batch)
    return Operation.upsert_points(
        [to_point(point) for point in points], to_filter(given.update_filter), _MODES[given.update_mode]
    )


def delete_points(given: models.PointIdsList | models.FilterSelector) -> Operation:
    """Delete points by id or by filter."""
    if isinstance(given, models.PointIdsList):
        return Operation.delete_points([to_id(one) for one in given.points])
    return Operation.delete_points_by_filter(_required(to_filter(given.filter)))


def clear_payload(given: models.PointIdsList | models.FilterSelector) -> Operation:
    """Empty the payloads of points."""
    if isinstance(given, models.PointIdsList):
        return Operation.clear_payload([to_id(one) for one in given.points])
    return Operation.clear_payload_by_filter(_required(to_filter(given.filter)))


def set_payload(given: models.SetPayload) -> Operation:
    """Merge keys into payloads."""
    return _payload(given, Operation.set_payload, Operation.set_payload_by_filter)


def overwrite_payload(given: models.SetPayload) -> Operation:
    """Replace whole payloads."""
    return _payload(given, Operation.overwrite_payload, Operation.overwrite_payload_by_filter)


def delete_payload(given: models.DeletePayload) -> Operation:
    """Remove keys from payloads."""
    if given.points is not None:
        return Operation.delete_payload([to_id(one) for one in given.points], given.keys)
    return Operation.delete_payload_by_filter(_required(to_filter(given.filter)), given.keys)


def update_vectors(given: models.UpdateVectors) -> Operation:
    """Replace some vectors of existing points."""
    points = [edge.PointVectors(to_id(point.id), to_vectors(point.vector)) for point in given.points]
    return Operation.update_vectors(points, to_filter(given.update_filter))


def delete_vectors(given: models.DeleteVectors) -> Operation:
    """Remove some vectors of points."""
    if given.points is not None:
        return Operation.delete_vectors([to_id(one) for one in given.points], given.vector)
    return Operation.delete_vectors_by_filter(_required(to_filter(given.filter)), given.vector)


def operation(given: Any) -> Operation:
    """One entry of ``points/batch``."""
    match given:
        case models.UpsertOperation():
            return upsert(given.upsert)
        case models.DeleteOperation():
            return delete_points(given.delete)
        case models.SetPayloadOperation():
            return set_payload(given.set_payload)
        case models.OverwritePayloadOperation():
            return overwrite_payload(given.overwrite_payload)
        case models.DeletePayloadOperation():
            return delete_payload(given.delete_payload)
        case models.ClearPayloadOperation():
            return clear_payload(given.clear_payload)
        case models.UpdateVectorsOperation():
            return update_vectors(given.update_vectors)
        case models.DeleteVectorsOperation():
            return delete_vectors(given.delete_vectors)
        case _:
            raise unsupported(f"the operation {type(given).__name__}")


def _payload(
    given: models.SetPayload, by_id: Callable[..., Operation], by_filter: Callable[..., Operation]
) -> Operation:
    if given.points is not None:
        return by_id([to_id(one) for one in given.points], given.payload, given.key)
    return by_filter(_required(to_filter(given.filter)), given.payload, given.key)


def _required(given: edge.Filter | None) -> edge.Filter:
    if given is None:
        raise BadInputError("either points or filter is needed")
    return given
