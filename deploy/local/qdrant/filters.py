"""Filters: from the REST API's JSON to the engine's classes."""

# The engine's type aliases stand in its stubs only.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import qdrant_edge as edge

from deploy.local.qdrant.failures import BadBodyError, unsupported

if TYPE_CHECKING:
    from collections.abc import Callable

    from deploy.local.qdrant.bodies import Json

_CLAUSES = frozenset(("must", "should", "must_not", "min_should"))
_FIELD = frozenset(("key", "match", "range", "values_count", "is_empty", "is_null"))
_GEOGRAPHIC = frozenset(("geo_bounding_box", "geo_radius", "geo_polygon"))
_BOUNDS = frozenset(("gte", "gt", "lte", "lt"))


def to_filter(given: Json | None) -> edge.Filter | None:
    """The engine's filter; ``None`` stays ``None``.

    Raises ``BadBodyError`` for what is no filter, ``BadInputError`` for a condition that the engine does not have.
    """
    try:
        return None if given is None else _filter(given)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadBodyError(f"in a filter: {error}") from error


def _filter(given: Any) -> edge.Filter:
    _only(given, _CLAUSES, "filter")
    least = given.get("min_should")
    return edge.Filter(
        must=_conditions(given.get("must")),
        should=_conditions(given.get("should")),
        must_not=_conditions(given.get("must_not")),
        min_should=None
        if least is None
        else edge.MinShould([_condition(one) for one in least["conditions"]], least["min_count"]),
    )


def _conditions(given: Any) -> list[edge.ConditionType] | None:
    if given is None:
        return None
    return [_condition(one) for one in (given if isinstance(given, list) else [given])]


def _condition(given: Any) -> edge.ConditionType:
    if not isinstance(given, dict):
        raise BadBodyError(f"a condition is an object, not {given!r}")
    if "key" in given:
        return _field(given)
    if given.keys() & _CLAUSES or not given:
        return _filter(given)
    (kind, value), *others = given.items()
    if others:
        raise BadBodyError(f"a condition with the fields {sorted(given)}")
    match kind:
        case "has_id":
            return edge.HasIdCondition(set(value))
        case "has_vector":
            return edge.HasVectorCondition(value)
        case "is_empty":
            return edge.IsEmptyCondition(value["key"])
        case "is_null":
            return edge.IsNullCondition(value["key"])
        case "nested":
            return edge.NestedCondition(value["key"], _filter(value["filter"]))
        case _:
            raise unsupported(f"the condition {kind}")


def _field(given: Json) -> edge.FieldCondition:
    if any(given.get(name) is not None for name in _GEOGRAPHIC):
        raise unsupported("a geographic condition")
    _only(given, _FIELD | _GEOGRAPHIC, "condition")
    match, bounds, counts = given.get("match"), given.get("range"), given.get("values_count")
    return edge.FieldCondition(
        given["key"],
        match=None if match is None else _match(match),
        range=None if bounds is None else _range(bounds),
        values_count=None if counts is None else edge.ValuesCount(**_only(counts, _BOUNDS, "values_count")),
        is_empty=given.get("is_empty"),
        is_null=given.get("is_null"),
    )


_MATCHES: dict[str, Callable[[Any], edge.MatchType]] = {
    "value": lambda value: edge.MatchValue(_value(value)),
    "text": edge.MatchText,
    "text_any": edge.MatchTextAny,
    "phrase": edge.MatchPhrase,
    "prefix": edge.MatchPrefix,
    "substring": edge.MatchSubstring,
    "any": edge.MatchAny,
    "except": edge.MatchExcept,
}


def _match(given: Any) -> edge.MatchType:
    _only(given, frozenset(_MATCHES), "match")
    if len(given) != 1:
        raise BadBodyError("a match has one kind")
    ((kind, value),) = given.items()
    return _MATCHES[kind](value)


def _value(given: Any) -> Any:
    # The engine's binding reads Python's bool as an integer, which equals no payload's boolean; numpy's it reads right.
    return np.bool_(given) if isinstance(given, bool) else given


def _range(given: Any) -> edge.RangeType:
    bounds = {name: value for name, value in _only(given, _BOUNDS, "range").items() if value is not None}
    if any(isinstance(value, str) for value in bounds.values()):
        return edge.RangeDateTime(**bounds)
    return edge.RangeFloat(**bounds)


def _only(given: Any, names: frozenset[str], what: str) -> Json:
    if not isinstance(given, dict) or not given.keys() <= names:
        raise BadBodyError(f"a {what} is an object with {', '.join(sorted(names))}, not {given!r}")
    return given
