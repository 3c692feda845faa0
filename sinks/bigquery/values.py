"""One value as the Storage Write API takes it, or ``BadRecord``: nothing is rounded, cut or guessed.

Source: https://cloud.google.com/bigquery/docs/supported-data-types
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson

from runtime.errors import BadRecord
from schemas.bigquery import Field

Convert = Callable[[Any], Any]
"""Takes a value that is not ``None``; raises ``BadRecord``."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY_MICROS = 86_400_000_000
_FIRST_DAY, _LAST_DAY = (date.min - _EPOCH.date()).days, (date.max - _EPOCH.date()).days
_FIRST_MICRO, _LAST_MICRO = _FIRST_DAY * _DAY_MICROS, (_LAST_DAY + 1) * _DAY_MICROS - 1
_INT64 = 2**63


def converter(field: Field) -> Convert | None:
    """What turns the field's values into the protobuf field's; ``None`` when they fit as they are."""
    if field.semantic == "map":
        return _dumped
    if field.type in ("NUMERIC", "BIGNUMERIC"):
        return _decimal(field)
    return _BY_SEMANTIC.get(field.semantic or "") or _BY_TYPE.get(field.type)


def micros(value: datetime) -> int:
    """Microseconds since the epoch, in integers: a float would lose the last digits."""
    return (value - _EPOCH) // _MICROSECOND


def _unfit(field_type: str, why: str) -> BadRecord:
    return BadRecord("value-out-of-range", f"BigQuery's {field_type} cannot hold the value: {why}")


def _int64(value: Any) -> int:
    if not -_INT64 <= value < _INT64:
        raise _unfit("INT64", "more than 64 bits")
    return int(value)


def _days(value: int) -> int:
    if not _FIRST_DAY <= value <= _LAST_DAY:
        raise _unfit("DATE", "outside the years 1 to 9999 (PostgreSQL's infinity arrives so)")
    return value


def _date(value: date) -> int:
    return (value - _EPOCH.date()).days


def _instant(value: datetime) -> int:
    if value.tzinfo is None:
        raise _unfit("TIMESTAMP", "it has no time zone")
    return micros(value)


def _zoned(value: str) -> int:
    """Debezium's ZonedTimestamp: ISO 8601 with offset."""
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        raise _unfit("TIMESTAMP", "outside the years 1 to 9999, or no ISO 8601 time") from None
    if parsed.tzinfo is None:
        raise _unfit("TIMESTAMP", "it has no time zone")
    _, point, fraction = value.partition(".")
    if point and len(fraction) > 7 and fraction[6:].rstrip("Z").partition("+")[0].partition("-")[0].strip("0"):
        raise _unfit("TIMESTAMP", "finer than a microsecond")
    return _within(micros(parsed))


def _within(value: int) -> int:
    if not _FIRST_MICRO <= value <= _LAST_MICRO:
        raise _unfit("TIMESTAMP", "outside the years 1 to 9999")
    return value


def _local(value: int) -> str:
    if not _FIRST_MICRO <= value <= _LAST_MICRO:
        raise _unfit("DATETIME", "outside the years 1 to 9999 (PostgreSQL's infinity arrives so)")
    return (_EPOCH + timedelta(microseconds=value)).replace(tzinfo=None).isoformat(sep=" ")


def _millis(convert: Convert) -> Convert:
    return lambda value: convert(value * 1000)


def _any_scale(value: Any) -> str:
    """Debezium's VariableScaleDecimal: the unscaled integer's bytes, and how many digits stand after the point."""
    unscaled = int.from_bytes(value["value"], "big", signed=True)
    digits = tuple(int(digit) for digit in str(abs(unscaled)))
    return format(Decimal((unscaled < 0, digits, -value["scale"])), "f")


def _time(value: int) -> str:
    if not 0 <= value < _DAY_MICROS:
        raise _unfit("TIME", "not within one day (PostgreSQL's 24:00:00 arrives so)")
    seconds, fraction = divmod(value, 1_000_000)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60, fraction).isoformat()


def _json(value: str) -> str:
    try:
        orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise _unfit("JSON", f"not valid JSON at position {error.pos}") from None
    return value


def _dumped(value: Any) -> str:
    try:
        return orjson.dumps(value, default=str).decode()
    except orjson.JSONEncodeError as error:
        raise _unfit("JSON", str(error)) from None


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _unfit("STRING", "a lone surrogate is not UTF-8") from None
    return value


def _decimal(field: Field) -> Convert:
    scale = field.scale or 0
    ceiling = Decimal(10) ** ((field.precision or 0) - scale)
    kind = field.type

    def convert(value: Decimal) -> str:
        if not value.is_finite():
            raise _unfit(kind, "not a number, or infinite")
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > scale and value != round(value, scale):
            raise _unfit(kind, f"more than {scale} digits after the point")
        if abs(value) >= ceiling:
            raise _unfit(kind, f"more than {(field.precision or 0) - scale} digits before the point")
        return format(value, "f")

    return convert


_BY_SEMANTIC: dict[str, Convert] = {
    "micros": _within,
    "io.debezium.time.Date": _days,
    "io.debezium.time.ZonedTimestamp": _zoned,
    "io.debezium.time.Timestamp": _millis(_local),
    "io.debezium.time.MicroTimestamp": _local,
    "io.debezium.time.Time": _millis(_time),
    "io.debezium.time.MicroTime": _time,
    "io.debezium.data.VariableScaleDecimal": _any_scale,
    "io.debezium.data.Json": _json,
}
_BY_TYPE: dict[str, Convert] = {"INT64": _int64, "DATE": _date, "TIMESTAMP": _instant, "STRING": _text}
