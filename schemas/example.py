"""One example a topic, as JSON a person can read, and the record it stands for."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

from schemas.avro import required, split
from schemas.topic import Topic

EXAMPLES = Path(__file__).parent / "examples"


def path_of(topic: Topic) -> Path:
    """Where the topic's example is kept."""
    return EXAMPLES / f"{topic.name}.json"


def read(topic: Topic) -> dict[str, Any]:
    """The example's value as a processor would see it; for a captured topic, the whole envelope.

    Raises ``FileNotFoundError`` when there is none and ``KeyError`` for a field that the record type does not have.
    """
    document = json.loads(path_of(topic).read_text(encoding="utf-8"))
    if topic.table is None:
        return _record(topic.value, document)
    rows = {side: document[side] and _record(topic.value, document[side]) for side in ("before", "after")}
    return {**document, **rows}


def _record(cls: type, document: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(cls, include_extras=True)
    return {name: _value(hints[name], value) for name, value in document.items()}


def _value(hint: Any, value: Any) -> Any:
    inner = required(split(hint)[0])
    if value is None:
        return None
    if inner is datetime:
        return datetime.fromisoformat(value)
    if inner is date:
        return date.fromisoformat(value)
    if inner is Decimal:
        return Decimal(value)
    if is_typeddict(inner):
        return _record(inner, value)
    if get_origin(inner) is list:
        return [_value(get_args(inner)[0], item) for item in value]
    return value
