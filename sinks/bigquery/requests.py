"""Encoded rows as AppendRows requests under BigQuery's size limit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from runtime.errors import BadRecord

# https://cloud.google.com/bigquery/quotas#write-api-limits: a request holds 10 MB at most; the schema and framing
# need a little of it.
REQUEST_BYTES = 9_500_000
REQUEST_ROWS = 5_000
_FRAMING = 8


class EncodedRow(NamedTuple):
    """A serialized row and the Kafka offset it came from. A tuple, because there is one a record."""

    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Append:
    """One request: ``rows`` go to the stream at row ``position``, all or none of them."""

    position: int
    rows: tuple[EncodedRow, ...]

    @property
    def last_offset(self) -> int:
        """The Kafka offset of the last row."""
        return self.rows[-1].offset


def fitting(row: EncodedRow, limit: int = REQUEST_BYTES) -> EncodedRow:
    """The row; raises ``BadRecord`` (``row-too-large``) when no request can hold it."""
    if len(row.data) + _FRAMING > limit:
        raise BadRecord("row-too-large", f"{len(row.data)} bytes; BigQuery takes 10 MB in one request")
    return row


def split(rows: Sequence[EncodedRow], position: int, limit: int = REQUEST_BYTES) -> Iterator[Append]:
    """Requests in order, the first at row ``position`` of the stream. Every row must fit.

    The same rows give the same requests. A request has no more than ``REQUEST_ROWS``, so that a server takes the first
    while the next is made.
    """
    for start in range(0, len(rows), REQUEST_ROWS):
        part = rows[start : start + REQUEST_ROWS]
        if sum([len(row.data) for row in part]) + _FRAMING * len(part) <= limit:
            yield Append(position + start, tuple(part))
        else:
            yield from _by_size(part, position + start, limit)


def _by_size(rows: Sequence[EncodedRow], position: int, limit: int) -> Iterator[Append]:
    chunk: list[EncodedRow] = []
    size = 0
    for row in rows:
        need = len(row.data) + _FRAMING
        if chunk and size + need > limit:
            yield Append(position, tuple(chunk))
            position += len(chunk)
            chunk, size = [], 0
        chunk.append(row)
        size += need
    if chunk:
        yield Append(position, tuple(chunk))
