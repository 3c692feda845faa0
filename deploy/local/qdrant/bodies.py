"""Request bodies: the client library's own models of the REST API, with filters and points left as plain JSON.

The models check names and types; filters and points, which come by the thousand, go straight to the engine's classes
(``filters.py``, ``points.py``), some ten times faster than through unions of models.
"""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from qdrant_client.http import models

from deploy.local.qdrant.failures import BadBodyError

Json = dict[str, Any]
Body = TypeVar("Body", bound=BaseModel)


class Upsert(models.PointsList):
    points: list[Json]  # type: ignore[assignment]
    update_filter: Json | None = None  # type: ignore[assignment]


class UpsertColumns(models.PointsBatch):
    update_filter: Json | None = None  # type: ignore[assignment]


class UpdateVectors(models.UpdateVectors):
    points: list[Json]  # type: ignore[assignment]
    update_filter: Json | None = None  # type: ignore[assignment]


class ByFilter(models.FilterSelector):
    filter: Json  # type: ignore[assignment]


class SetPayload(models.SetPayload):
    filter: Json | None = None  # type: ignore[assignment]


class DeletePayload(models.DeletePayload):
    filter: Json | None = None  # type: ignore[assignment]


class DeleteVectors(models.DeleteVectors):
    filter: Json | None = None  # type: ignore[assignment]


class Updates(BaseModel, extra="forbid"):
    operations: list[Json]


class Prefetch(models.Prefetch):
    prefetch: "list[Prefetch] | Prefetch | None" = None  # type: ignore[assignment]
    filter: Json | None = None  # type: ignore[assignment]


class Query(models.QueryRequest):
    prefetch: list[Prefetch] | Prefetch | None = None  # type: ignore[assignment]
    filter: Json | None = None  # type: ignore[assignment]


class QueryBatch(BaseModel, extra="forbid"):
    searches: list[Query]


class Scroll(models.ScrollRequest):
    filter: Json | None = None  # type: ignore[assignment]


class Count(models.CountRequest):
    filter: Json | None = None  # type: ignore[assignment]


def parse(kind: type[Body], body: bytes) -> Body:
    """The body as ``kind``. Raises ``BadBodyError`` that says where it does not fit."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise _bad(error) from None


def parse_json(kind: type[Body], body: Any) -> Body:
    """As ``parse``, of JSON already read."""
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        raise _bad(error) from None


def _bad(error: ValidationError) -> BadBodyError:
    first = error.errors(include_url=False, include_input=False)[0]
    return BadBodyError(f"{first['msg']} at {'.'.join(str(part) for part in first['loc']) or 'the top'}")
