"""The columns of many records: one reader a type, reading that type's values of every record at once."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from io import BytesIO
from typing import Any

import fastavro
import numpy as np

from runtime.avro.octets import IrregularError, Octets, Places

Values = list[Any]
_CONSTANT_BYTES = 64
_WORD_BYTES = 8


class Column(ABC):
    """Reads one type. Both methods raise ``IrregularError``, or whatever wrong bytes lead them to."""

    @abstractmethod
    def read(self, octets: Octets, at: Places) -> tuple[Values, Places]:
        """A value for each place, as fastavro gives it, and the places after them."""

    @abstractmethod
    def skip(self, octets: Octets, at: Places) -> Places:
        """The places after the values."""


class Null(Column):
    """No bytes."""

    def read(self, octets: Octets, at: Places) -> tuple[Values, Places]:
        return [None] * len(at), at

    def skip(self, octets: Octets, at: Places) -> Places:
        return at


class Boolean(Column):
    """One byte, 0 or 1."""

    def read(self, octets: Octets, at: Places) -> tuple[Values, Places]:
        octet = octets.octet(at)
        if (octet > 1).any():
            raise IrregularError("a boolean that is neither")
        return octet.astype(np.bool_).tolist(), at + 1

    def skip(self, octets: Octets, at: Places) -> Places:
        return at + 1


class Long(Column):
    """``int`` and ``long``."""

    def read(self, octets: Octets, at: Places) -> tuple[Values, Places]:
        numbers, at = octets.varints(at)
        return numbers.tolist(), at

    def skip(self, octets: Octets, at: Places) -> Places:
        return octets.past_varints(at)


class Real(Column):
    """``float`` and ``double``: little-endian IEEE 754 of 4 or 8 bytes."""

    def __init__(self, width: int) -> None:
        self._width = width

    def read(self, octets: Octets, at: Places) -> tuple[Values, Places]:
        values = np.ascontiguousarray(octets.window(at, self._width)).view(f"<f{self._width}")
        return values[:, 0].tolist(), at + self._width

    def skip(self, octets: Octets, at: Places) -> Places:
        return at + self._width


class Octet(Column):
    """``bytes``."""

    def read(self, octets: Octets, at: Places) -> tuple[Values, Places]:
        starts, ends = octets.spans(at)
        text = octets.text
        return [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)], ends

    def skip(self, octets: Octets, at: Places) -> Places:
        return octets.spans(at)[1]


class Text(Octet):
    """``string``. Of a column with one value only, that value is made once: much of Debezium's envelope is so."""

    def read(self, octets: Octets, at: Places) -> tuple[Values, Places]:
        starts, ends = octets.spans(at)
        if _constant(octets, starts, ends):
            value = octets.text[int(starts[0]) : int(ends[0])].decode()
            return [value] * len(at), ends
        text = octets.text
        return [text[start:end].decode() for start, end in zip(starts.tolist(), ends.tolist(), strict=True)], ends


def _constant(octets: Octets, starts: Places, ends: Places) -> bool:
    width = int(ends[0] - starts[0])
    if width > _CONSTANT_BYTES or ((ends - starts) != width).any():
        return False
    first, last = int(starts[0]), int(starts[-1])
    if octets.text[first : first + width] != octets.text[last : last + width]:
        return False
    window = octets.window(starts, width)
    return bool((window == window[0]).all())


class Amount(Octet):
    """A decimal in ``bytes``: the unscaled number in big-endian two's complement."""

    def __init__(self, precision: int, scale: int) -> None:
        self._scale = -scale
        self._context = Context(prec=precision)

    def read(self, octets: Octets, at: Places) -> tuple[Values, Places]:
        starts, ends = octets.spans(at)
        lengths = ends - starts
        longest = int(lengths.max())
        if longest > _WORD_BYTES or not lengths.all():
            raise IrregularError("a decimal that fits no 64 bits")
        numbers = -(octets.octet(starts) >> 7).astype(np.int64)
        for place in range(longest):
            octet = octets.octet(starts + place).astype(np.int64)
            numbers = np.where(lengths > place, (numbers << 8) | octet, numbers)
        scale, context = self._scale, self._context
        return [Decimal(number).scaleb(scale, context) for number in numbers.tolist()], ends


class Symbol(Column):
    """An enum."""

    def __init__(self, symbols: Sequence[str]) -> None:
        self._symbols = list(symbols)

    def read(self, octets: Octets, at: Places) -> tuple[Values, Places]:
        chosen, at = octets.branches(at, len(self._symbols))
        return [self._symbols[one] for one in chosen.tolist()], at

    def skip(self, octets: Octets, at: Places) -> Places:
        return octets.past_varints(at)


class Logical(Column):
    """A logical type over a primitive one, by fastavro's own reader of it."""

    def __init__(self, inner: Column, reader: Callable[[Any, Any, Any], Any], schema: Any) -> None:
        self._inner, self._reader, self._schema = inner, reader, schema

    def read(self, octets: Octets, at: Places) -> tuple[Values, Places]:
        values, at = self._inner.read(octets, at)
        reader, schema = self._reader, self._schema
        return [reader(value, schema, None) for value in values], at

    def skip(self, octets: Octets, at: Places) -> Places:
        return self._inner.skip(octets, at)


class Nullable(Column):
    """A union of null and another type; ``null`` is the number of null's branch."""

    def __init__(self, inner: Column, null: int) -> None:
        self._inner, self._null = inner, null

    def read(self, octets: Octets, at: Places) -> tuple[Values, Places]:
        chosen, at = octets.branches(at, 2)
        there = chosen != self._null
        if there.all():
            return self._inner.read(octets, at)
        if not there.any():
            return [None] * len(at), at
        values = np.full(len(at), None, dtype=object)
        found, after = self._inner.read(octets, at[there])
        values[there] = _objects(found)
        at[there] = after
        return values.tolist(), at

    def skip(self, octets: Octets, at: Places) -> Places:
        chosen, at = octets.branches(at, 2)
        there = chosen != self._null
        if there.all():
            return self._inner.skip(octets, at)
        if there.any():
            at[there] = self._inner.skip(octets, at[there])
        return at


def _objects(values: Values) -> Any:
    """As an array of objects: of lists of one length numpy would make a matrix."""
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


class Each(Column):
    """Any type, a value at a time by fastavro: arrays, maps, unions of more than two."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema

    def read(self, octets: Octets, at: Places) -> tuple[Values, Places]:
        body, values, ends = BytesIO(octets.text), [], []
        for place in at.tolist():
            body.seek(place)
            values.append(fastavro.schemaless_reader(body, self._schema, None))
            ends.append(body.tell())
        return values, np.array(ends, np.int64)

    def skip(self, octets: Octets, at: Places) -> Places:
        return self.read(octets, at)[1]


def _dicts(names: Sequence[str]) -> Callable[[Sequence[Values], int], list[dict[str, Any]]]:
    """A function from columns, and how many values each has, to rows; as one expression, a third faster than a loop."""
    if not names:
        return lambda columns, count: [{} for _ in range(count)]
    items = ", ".join(f"{name!r}: v{number}" for number, name in enumerate(names))
    row = "".join(f"v{number}, " for number in range(len(names)))
    text = f"lambda columns, count: [{{{items}}} for {row} in zip(*columns, strict=True)]"
    made: Callable[[Sequence[Values], int], list[dict[str, Any]]] = eval(text)  # noqa: S307 - our own text
    return made


class Fields(Column):
    """A record, as a dict of the fields that are wanted."""

    def __init__(self, fields: Sequence[tuple[str, Column, bool]]) -> None:
        self._fields = list(fields)
        self._dicts = _dicts([name for name, _, wanted in fields if wanted])

    def read(self, octets: Octets, at: Places) -> tuple[Values, Places]:
        columns = []
        for _, column, wanted in self._fields:
            if wanted:
                values, at = column.read(octets, at)
                columns.append(values)
            else:
                at = column.skip(octets, at)
        return self._dicts(columns, len(at)), at

    def skip(self, octets: Octets, at: Places) -> Places:
        for _, column, _ in self._fields:
            at = column.skip(octets, at)
        return at
