"""Documents to records: what Avro gives as dicts and lists becomes frozen dataclasses and tuples."""

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

R = TypeVar("R")
_Convert = Callable[[Any], Any]


class Builder(Generic[R]):
    """Makes records of one class; looks at its annotations once."""

    def __init__(self, cls: type[R]) -> None:
        self._cls = cls
        hints = get_type_hints(cls)
        found = ((field.name, _converter(hints[field.name])) for field in fields(cls))  # type: ignore[arg-type]
        self._converters = [(name, convert) for name, convert in found if convert is not None]

    def __call__(self, document: dict[str, Any]) -> R:
        """The record; takes the document over. Raises ``TypeError`` for a document that is not of that shape."""
        for name, convert in self._converters:
            document[name] = convert(document[name])
        return self._cls(**document)


def _converter(hint: Any) -> _Convert | None:
    """What turns Avro's value into the annotation's, or ``None`` when it is that already."""
    origin, arms = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = next((found for arm in arms if (found := _converter(arm)) is not None), None)
        return None if inner is None else _nullable(inner)
    if origin is tuple:
        item = _converter(arms[0])
        return tuple if item is None else _each(item)
    if origin is Mapping:
        item = _converter(arms[1])
        return None if item is None else _values(item)
    return Builder(hint) if isinstance(hint, type) and is_dataclass(hint) else None


def _nullable(convert: _Convert) -> _Convert:
    return lambda value: None if value is None else convert(value)


def _each(convert: _Convert) -> _Convert:
    return lambda value: tuple(convert(item) for item in value)


def _values(convert: _Convert) -> _Convert:
    return lambda value: {name: convert(item) for name, item in value.items()}
