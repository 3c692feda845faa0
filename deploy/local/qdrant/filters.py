"""Filters: from the REST API's models to the engine's."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import qdrant_edge as edge
from qdrant_client.http import models

from deploy.local.qdrant.failures import BadInputError, unsupported


def to_filter(given: models.Filter | None) -> edge.Filter | None:
    """The engine's filter; ``None`` stays ``None``. Raises ``BadInputError`` for a condition it lacks."""
    if given is None:
        return None
    return edge.Filter(
        must=_conditions(given.must),
        should=_conditions(given.should),
        must_not=_conditions(given.must_not),
        min_should=None
        if given.min_should is None
        else edge.MinShould([_condition(one) for one in given.min_should.conditions], given.min_should.min_count),
    )


def _conditions(given: Any) -> list[edge.ConditionType] | None:
    if given is None:
        return None
    return [_condition(one) for one in (given if isinstance(given, list) else [given])]


def _condition(given: Any) -> edge.ConditionType:
    match given:
        case models.FieldCondition():
            return _field(given)
        case models.HasIdCondition():
            return edge.HasIdCondition(set(given.has_id))
        case models.Filter():
            nested = to_filter(given)
            assert nested is not None
            return nested
        case models.IsEmptyCondition():
            return edge.IsEmptyCondition(given.is_empty.key)
        case models.IsNullCondition():
            return edge.IsNullCondition(given.is_null.key)
        case models.HasVectorCondition():
            return edge.HasVectorCondition(given.has_vector)
        case models.NestedCondition():
            inner = to_filter(given.nested.filter)
            assert inner is not None
            return edge.NestedCondition(given.nested.key, inner)
        case _:
            raise unsupported(f"the condition {type(given).__name__}")


def _field(given: models.FieldCondition) -> edge.FieldCondition:
    if given.geo_bounding_box or given.geo_radius or given.geo_polygon:
        raise unsupported("a geographic condition")
    counts = given.values_count
    return edge.FieldCondition(
        given.key,
        match=None if given.match is None else _match(given.match),
        range=None if given.range is None else _range(given.range),
        values_count=None
        if counts is None
        else edge.ValuesCount(lt=counts.lt, gt=counts.gt, lte=counts.lte, gte=counts.gte),
        is_empty=given.is_empty,
        is_null=given.is_null,
    )


_MATCHES: tuple[tuple[type, str, Callable[[Any], edge.MatchType]], ...] = (
    (models.MatchValue, "value", edge.MatchValue),
    (models.MatchText, "text", edge.MatchText),
    (models.MatchTextAny, "text_any", edge.MatchTextAny),
    (models.MatchPhrase, "phrase", edge.MatchPhrase),
    (models.MatchPrefix, "prefix", edge.MatchPrefix),
    (models.MatchSubstring, "substring", edge.MatchSubstring),
    (models.MatchAny, "any", edge.MatchAny),
    (models.MatchExcept, "except_", edge.MatchExcept),
)


def _match(given: Any) -> edge.MatchType:
    for kind, attribute, make in _MATCHES:
        if isinstance(given, kind):
            return make(getattr(given, attribute))
    raise BadInputError(f"unknown match {type(given).__name__}")


def _range(given: models.Range | models.DatetimeRange) -> edge.RangeType:
    bounds = {name: getattr(given, name) for name in ("gte", "gt", "lte", "lt")}
    if isinstance(given, models.Range):
        return edge.RangeFloat(**bounds)
    return edge.RangeDateTime(**{name: _instant(value) for name, value in bounds.items()})


def _instant(value: datetime | date | None) -> str | None:
    return None if value is None else value.isoformat()
