"""What an append that was not confirmed means for its rows."""

from collections.abc import Iterable, Mapping
from typing import Any

import grpc
from google.cloud.bigquery_storage_v1 import types

_PASSING = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
    }
)


class AppendError(Exception):
    """An append was not confirmed. ``code`` is the gRPC status."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(f"{code.name}: {message}")
        self.code = code


class ConnectionBrokenError(AppendError):
    """No answer came: whether the rows were written is unknown, and the same stream may be tried again."""


class StreamLostError(AppendError):
    """The stream takes no more, or its count of rows is not ours: only the table says what was written."""


class AlreadyWrittenError(AppendError):
    """The stream has rows at that position."""


class SchemaBehindError(AppendError):
    """The table lacks a column of the rows, or the write service does not see it yet; nothing was written.

    "It can take on the order of minutes for a schema change to be noticed":
    https://cloud.google.com/bigquery/docs/write-api-streaming#update-schema
    """


class RowsMissingError(Exception):
    """The table does not hold rows any more that were confirmed: somebody made it anew, or restored an older one."""

    def __init__(self, confirmed: int, found: int) -> None:
        has = f"has rows up to offset {found}" if found >= 0 else "has no row of the partition"
        super().__init__(f"rows up to offset {confirmed} were confirmed, and the table {has}")
        self.confirmed = confirmed
        self.found = found


class RowsRefusedError(AppendError):
    """Nothing was written, because of the rows at these indices; the texts are BigQuery's."""

    def __init__(self, reasons: Mapping[int, str]) -> None:
        super().__init__(grpc.StatusCode.INVALID_ARGUMENT, f"{len(reasons)} rows were refused")
        self.reasons = reasons


def error_of(code: grpc.StatusCode, message: str, details: Iterable[Any] = ()) -> AppendError:
    """What a status means for the rows; ``details`` are those of a ``google.rpc.Status``.

    A status that neither confirms nor is known to pass (also ``UNKNOWN``: a server that failed half way) is a lost
    stream, because then only the table can tell.
    """
    if code is grpc.StatusCode.ALREADY_EXISTS:
        return AlreadyWrittenError(code, message)
    if any(_is_behind(detail) for detail in details):
        return SchemaBehindError(code, message)
    return (ConnectionBrokenError if code in _PASSING else StreamLostError)(code, message)


def _is_behind(detail: Any) -> bool:
    error = types.StorageError.pb()()
    behind = types.StorageError.StorageErrorCode.SCHEMA_MISMATCH_EXTRA_FIELDS
    return bool(detail.Is(error.DESCRIPTOR) and detail.Unpack(error) and error.code == behind)
