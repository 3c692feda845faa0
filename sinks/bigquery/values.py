"""One value as the Storage Write API takes it, or ``BadRecord``: nothing is rounded, cut or guessed.

Source: https://cloud.google.com/bigquery/docs/supported-data-types
"""

import base64
import json
import re
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
_LONG_NUMBER = re.compile(r"\d[\d.]{15}|\d[eE]")
"""Whatever a double might not hold, and more: digits of a text look the same."""


CHECKED = ("INT64", "STRING")
"""Types whose converter only checks what the protobuf message refuses as well."""


def only_checks(convert: Convert) -> bool:
    """Whether it gives back the very value it takes, or raises."""
    return convert in _CHECKS


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
    if value != int(value):
        raise _unfit("INT64", "digits after the point")
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
    """Valid JSON whose every number BigQuery keeps as it is: it stores 64-bit integers and doubles, no others."""
    try:
        orjson.loads(value)
        if _LONG_NUMBER.search(value):
            json.loads(value, parse_int=_kept, parse_float=_kept)
    except orjson.JSONDecodeError as error:
        raise _unfit("JSON", f"not valid JSON at position {error.pos}") from None
    return value


def _kept(number: str) -> None:
    exact = Decimal(number)
    if exact == exact.to_integral_value() and -_INT64 <= exact < 2 * _INT64:
        return
    if Decimal(repr(float(number))) != exact:
        raise _unfit("JSON", f"a number of {len(number)} characters would be rounded")


def _dumped(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_as_text)
    except ValueError:
        raise _unfit("JSON", "it has no number that is infinite or none") from None


def _as_text(value: Any) -> str:
    """What JSON has no type for, as BigQuery's TO_JSON writes it."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _unfit("STRING", "a lone surrogate is not UTF-8") from None
    return value


def _decimal(field: Field) -> Convert:
    """Digit by digit, without arithmetic: a context of 28 digits would round what has 76."""
    scale = field.scale or 0
    whole = (field.precision or 0) - scale
    ceiling = Decimal((0, (1,), whole))
    kind = field.type

    def convert(value: Decimal) -> str:
        if not value.is_finite():
            raise _unfit(kind, "not a number, or infinite")
        text = format(value, "f")
        # most values are short: the text alone says that neither side of the point has too many digits
        if len(text) <= whole and len(text.partition(".")[2]) <= scale:
            return text
        _, digits, exponent = value.as_tuple()
        assert isinstance(exponent, int), "it is finite"
        beyond = -exponent - scale
        if beyond > 0 and any(digits[-beyond:]):
            raise _unfit(kind, f"more than {scale} digits after the point")
        if value.copy_abs() >= ceiling:
            raise _unfit(kind, f"more than {whole} digits before the point")
        return text[:-beyond].rstrip(".") if beyond > 0 else text

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
_CHECKS = frozenset((_within, _days, _json))
