"""A column of each PostgreSQL type: values of it, as text for INSERT, and what a query of BigQuery must answer."""

import ipaddress
import json
import math
import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

Same = Callable[[Any], Any]
"""Brings what a query answers, and what is expected, to what can be compared."""
Value = tuple[str, Any]
"""Text for PostgreSQL, and what is expected."""


@dataclass(frozen=True)
class Typed:
    """One column; ``same`` is applied to both sides before they are compared."""

    name: str
    type: str
    values: st.SearchStrategy[Value]
    same: Same = repr
    always: tuple[Value, ...] = ()
    """Values that are tried besides those that are drawn."""

    def drawn(self, number: int) -> list[Value | None]:
        """That many different values at most, NULL among them; the same ones in each run."""
        found: dict[str, Value] = {text: (text, expected) for text, expected in self.always}

        @settings(
            max_examples=number,
            database=None,
            derandomize=True,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(self.values)
        def draw(value: Value) -> None:
            found.setdefault(value[0], value)

        draw()
        return [None, *list(found.values())[: number - 1]]


def _array(values: Sequence[str]) -> str:
    return "{" + ",".join('"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"' for v in values) + "}"


def _many(one: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.lists(one, max_size=4).map(lambda all_: (_array([v[0] for v in all_]), [v[1] for v in all_]))


def _texts(values: st.SearchStrategy[Any], show: Callable[[Any], str] = str) -> st.SearchStrategy[Value]:
    return values.map(lambda value: (show(value), value))


def _number(whole: int, scale: int) -> st.SearchStrategy[Value]:
    """``numeric`` with that many digits before and after the point."""
    most = 10 ** (whole + scale) - 1
    numbers = st.one_of(st.integers(-most, most), st.sampled_from([most, -most, 1, 0]))
    return numbers.map(lambda number: _exact(number, scale))


def _exact(number: int, scale: int) -> Value:
    value = Decimal((number < 0, tuple(map(int, str(abs(number)))), -scale))
    return format(value, "f"), value


def _double(value: float) -> str:
    return "NaN" if math.isnan(value) else str(value)


def _single(value: float) -> bytes:
    return struct.pack("<d", math.nan if math.isnan(value) else value)


# Debezium's snapshot reads the ten days that the Gregorian calendar skipped as ten days later (docs/types.md).
_DATES = st.dates().filter(lambda day: not date(1582, 10, 5) <= day <= date(1582, 10, 14))
_STAMPS = st.datetimes().map(lambda at: at.replace(fold=0))
_TIMES = st.times().map(lambda at: at.replace(fold=0))
_INSTANTS = _STAMPS.map(lambda at: at.replace(tzinfo=UTC))
# Debezium reads an array's moments before the Gregorian calendar by the Julian one (docs/types.md).
_GREGORIAN = datetime.fromisoformat("1582-10-15")
_FIRST = datetime.fromisoformat("0001-01-01")
_WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(-1e9, 1e9, width=32) | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=6,
).map(lambda value: {"of": value})
_ADDRESSES = st.one_of(
    st.tuples(st.ip_addresses(v=4), st.integers(0, 32)), st.tuples(st.ip_addresses(v=6), st.integers(0, 128))
).map(lambda pair: ipaddress.ip_interface(f"{pair[0]}/{pair[1]}"))


def _rounded(moment: datetime, digits: int) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 10 ** (6 - digits) * 10 ** (6 - digits))


def _clock(value: time) -> time:
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


def _utc(text: str | None) -> time | None:
    """A time of day in UTC."""
    if text is None:
        return None
    found = time.fromisoformat(text)
    at = datetime.combine(date(2000, 1, 2), found).astimezone(UTC)
    return at.time()


_ISO = re.compile(r"P(-?\d+)Y(-?\d+)M(-?\d+)DT(-?\d+)H(-?\d+)M(-?[\d.]+)S")


def _interval(value: Any) -> Any:
    """Months, days and microseconds of an ISO 8601 duration, of which PostgreSQL's intervals are made."""
    if not isinstance(value, str):
        return value
    match = _ISO.fullmatch(value)
    assert match is not None, value
    years, months, days, hours, minutes = map(int, match.groups()[:5])
    sign = "-" if match[6].startswith("-") else ""
    micros = int(Decimal(match[6].removeprefix("-")).scaleb(6)) * (-1 if sign else 1)
    return years * 12 + months, days, (hours * 60 + minutes) * 60_000_000 + micros


_INTERVALS = st.tuples(
    st.integers(-120_000, 120_000), st.integers(-(10**6), 10**6), st.integers(-(10**15), 10**15)
).map(lambda parts: ("{} mons {} days {} microseconds".format(*parts), parts))


def _numbers(value: Any) -> Any:
    """JSON with numbers by their value: PostgreSQL's jsonb writes 1e3 as 1000."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return Decimal(repr(value)) + 0
    if isinstance(value, dict):
        return {name: _numbers(inner) for name, inner in value.items()}
    return [_numbers(inner) for inner in value]


def _documents(value: Any) -> Any:
    return _numbers(json.loads(value) if isinstance(value, str) else value)


def _span(low: st.SearchStrategy[Any]) -> st.SearchStrategy[Value]:
    """Ranges of whole numbers or days, as PostgreSQL itself writes them: from the first to before the last."""
    return st.tuples(low, low).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: (f"[{pair[0]},{pair[1]})",) * 2)


MOODS = ("sad", "ok", 'it\'s "fine", 100%')
COLUMNS: tuple[Typed, ...] = (
    Typed("c_smallint", "smallint", _texts(st.integers(-(2**15), 2**15 - 1))),
    Typed("c_int", "int", _texts(st.integers(-(2**31), 2**31 - 1))),
    Typed("c_bigint", "bigint", _texts(st.integers(-(2**63), 2**63 - 1)), always=((str(-(2**63)), -(2**63)),)),
    Typed("c_money_like", "numeric(12, 2)", _number(10, 2), Decimal),
    Typed("c_widest_numeric", "numeric(38, 9)", _number(29, 9), Decimal),
    Typed("c_whole", "numeric(5)", _number(5, 0), Decimal),
    Typed("c_small_part", "numeric(3, 5)", st.integers(-999, 999).map(lambda n: _exact(n, 5)), Decimal),
    Typed("c_hundreds", "numeric(5, -2)", st.integers(-99999, 99999).map(lambda n: _exact(n * 100, 0)), Decimal),
    Typed(
        "c_numeric",
        "numeric",
        st.tuples(st.integers(-(10**80), 10**80), st.integers(0, 60)).map(
            lambda pair: (_exact(*pair)[0], _exact(*pair)[0])
        ),
        Decimal,
        always=(("1e200", "1" + "0" * 200), ("-0.000", "0.000")),
    ),
    Typed("c_money", "money", st.integers(-(2**63), 2**63 - 1).map(lambda cents: _exact(cents, 2)), Decimal),
    Typed("c_real", "real", _texts(st.floats(width=32), _double), _single),
    Typed("c_double", "double precision", _texts(st.floats(), _double), _single),
    Typed("c_boolean", "boolean", _texts(st.booleans())),
    Typed("c_text", "text", _texts(_WORDS), always=(("😀\x01\u2028", "😀\x01\u2028"), ("", ""))),
    Typed("c_varchar", "varchar(30)", _texts(_WORDS)),
    Typed("c_char", "char(30)", _WORDS.map(lambda text: (text, text.ljust(30)))),
    Typed("c_bytea", "bytea", _texts(st.binary(max_size=40), lambda raw: "\\x" + raw.hex())),
    Typed("c_date", "date", _texts(_DATES), always=(("0001-01-01", date.min), ("9999-12-31", date.max))),
    Typed("c_time", "time", _texts(_TIMES)),
    Typed("c_time_seconds", "time(0)", _texts(_TIMES.map(lambda at: at.replace(microsecond=0)))),
    Typed("c_time_millis", "time(3)", _texts(_TIMES.map(_clock))),
    Typed(
        "c_timetz",
        "timetz",
        st.tuples(_TIMES, st.integers(-15 * 60, 15 * 60)).map(
            lambda pair: (f"{pair[0]}{pair[1] // 60:+03d}:{pair[1] % 60:02d}",) * 2
        ),
        _utc,
    ),
    Typed("c_timestamp", "timestamp", _texts(_STAMPS), always=(("0001-01-01 00:00:00", _FIRST),)),
    Typed("c_timestamp_seconds", "timestamp(0)", _texts(_STAMPS.map(lambda at: _rounded(at, 0)))),
    Typed("c_timestamp_millis", "timestamp(3)", _texts(_STAMPS.map(lambda at: _rounded(at, 3)))),
    Typed(
        "c_timestamptz",
        "timestamptz",
        _texts(_INSTANTS),
        always=(("9999-12-31 23:59:59.999999+00", datetime.max.replace(tzinfo=UTC)),),
    ),
    Typed("c_interval", "interval", _INTERVALS, _interval),
    Typed("c_uuid", "uuid", _texts(st.uuids().map(str))),
    Typed("c_json", "json", _JSON.map(lambda value: (json.dumps(value), value)), _documents),
    Typed("c_jsonb", "jsonb", _JSON.map(lambda value: (json.dumps(value), value)), _documents),
    Typed("c_enum", "mood", _texts(st.sampled_from(MOODS))),
    Typed("c_domain", "cnpj", _texts(st.text("0123456789", max_size=14))),
    Typed("c_domain_numeric", "reais", _number(10, 2), Decimal),
    Typed("c_inet", "inet", _ADDRESSES.map(lambda one: (str(one),) * 2), lambda v: v and ipaddress.ip_interface(v)),
    Typed(
        "c_cidr", "cidr", _ADDRESSES.map(lambda one: (str(one.network),) * 2), lambda v: v and ipaddress.ip_network(v)
    ),
    Typed("c_macaddr", "macaddr", st.binary(min_size=6, max_size=6).map(lambda raw: (raw.hex(":"),) * 2)),
    Typed("c_int4range", "int4range", _span(st.integers(-(2**31), 2**31 - 1)), always=(("empty",) * 2, ("(,5)",) * 2)),
    Typed("c_int8range", "int8range", _span(st.integers(-(2**63), 2**63 - 1))),
    Typed("c_numrange", "numrange", st.just(("[1.50,2.5]",) * 2), always=(("(,)",) * 2, ("[-1e3,)", "[-1000,)"))),
    Typed("c_daterange", "daterange", _span(st.dates()), always=(("[2026-01-01,infinity)",) * 2,)),
    Typed("c_tsrange", "tsrange", st.just(('["2026-01-01 00:00:00.000001",infinity)',) * 2)),
    Typed("c_tstzrange", "tstzrange", st.just(('["2026-01-01 00:00:00+00",)',) * 2)),
    Typed("c_int4multirange", "int4multirange", st.just(("{[1,2),[5,7)}", b"{[1,2),[5,7)}"))),
    Typed("c_bit", "bit(1)", st.booleans().map(lambda bit: (str(int(bit)), bit))),
    Typed(
        "c_bits",
        "bit(20)",
        st.integers(0, 2**20 - 1).map(lambda bits: (f"{bits:020b}", bits)),
        lambda v: int.from_bytes(v, "little") if isinstance(v, bytes) else v,
    ),
    Typed(
        "c_varbit",
        "varbit",
        st.integers(1, 2**30).map(lambda bits: (f"{bits:b}", bits)),
        lambda v: int.from_bytes(v, "little") if isinstance(v, bytes) else v,
    ),
    Typed("c_oid", "oid", _texts(st.integers(0, 2**32 - 1))),
    Typed("c_composite", "part", st.just(("(a,1.10)", b"(a,1.10)"))),
    Typed("c_tsvector", "tsvector", st.just(("'a':1 'b':2",) * 2)),
    Typed("a_int", "int[]", _many(_texts(st.integers(-(2**31), 2**31 - 1)))),
    Typed("a_bigint", "bigint[]", _many(_texts(st.integers(-(2**63), 2**63 - 1)))),
    Typed("a_text", "text[]", _many(_texts(_WORDS))),
    Typed("a_boolean", "boolean[]", _many(_texts(st.booleans()))),
    Typed("a_double", "double precision[]", _many(_texts(st.floats(), _double)), lambda v: [_single(x) for x in v]),
    Typed("a_money_like", "numeric(12, 2)[]", _many(_number(10, 2))),
    Typed(
        "a_numeric",
        "numeric[]",
        _many(st.tuples(st.integers(-(10**40), 10**40), st.integers(0, 30)).map(lambda pair: (_exact(*pair)[0],) * 2)),
        lambda v: [Decimal(x) for x in v],
    ),
    Typed("a_bytea", "bytea[]", _many(_texts(st.binary(max_size=9), lambda raw: "\\x" + raw.hex()))),
    Typed("a_date", "date[]", _many(_texts(_DATES))),
    Typed("a_time", "time[]", _many(_texts(_TIMES.map(_clock)))),
    Typed("a_timestamp", "timestamp[]", _many(_texts(_STAMPS.filter(lambda at: at >= _GREGORIAN)))),
    Typed("a_timestamptz", "timestamptz[]", _many(_texts(_INSTANTS))),
    Typed("a_uuid", "uuid[]", _many(_texts(st.uuids().map(str)))),
    Typed(
        "a_jsonb",
        "jsonb[]",
        _many(_JSON.map(lambda value: (json.dumps(value), value))),
        lambda v: [_documents(x) for x in v],
    ),
    Typed("a_enum", "mood[]", _many(_texts(st.sampled_from(MOODS)))),
    Typed(
        "a_inet",
        "inet[]",
        _many(_ADDRESSES.map(lambda one: (str(one),) * 2)),
        lambda v: [ipaddress.ip_interface(x) for x in v],
    ),
)
