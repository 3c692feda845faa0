"""Current rows by BigQuery's own change data capture: the newest version of a key wins, in whatever order they come.

Source: https://cloud.google.com/bigquery/docs/change-data-capture
"""

from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto

from schemas.bigquery import WarehouseTable
from sinks.bigquery.requests import Append, EncodedRow, split
from sinks.bigquery.rows import RowEncoder
from sinks.bigquery.storage import Connection, GrpcStorage

NO_POSITION = -1
_LARGEST = 2**64 - 1


def sequence_number(lsn: int, offset: int) -> str:
    """The version for ``_CHANGE_SEQUENCE_NUMBER``: sections of 1 to 16 hexadecimal digits, compared from the left.

    Raises ``ValueError`` for a negative or too large number, which the format cannot say.
    """
    if not (0 <= lsn <= _LARGEST and 0 <= offset <= _LARGEST):
        raise ValueError(f"a sequence number's sections are 64 bits without a sign, not {lsn} and {offset}")
    return f"{lsn:X}/{offset:X}"


def upsert_of(table: WarehouseTable, row: Mapping[str, Any]) -> dict[str, Any]:
    """The upsert of a history row.

    A delete is an upsert too, of a row marked ``_deleted``: BigQuery forgets the version of a row it really deleted
    after a while, and an older change that came after that would bring the row back.
    """
    values = {field.name: row.get(field.name) for field in table.fields}
    return values | {
        "_deleted": row["_op"] == "d",
        "_CHANGE_TYPE": "UPSERT",
        "_CHANGE_SEQUENCE_NUMBER": sequence_number(row["_lsn"], row["_offset"]),
    }


class Upserts:
    """Writes upserts of one table over its default stream: at least once, which versions make once in effect."""

    def __init__(self, storage: GrpcStorage, table: WarehouseTable) -> None:
        self._storage = storage
        self._table = table
        self._encoder = RowEncoder(table.fields, change_columns=True)
        self._stream = storage.default_stream(table.name)

    async def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Returns when all are durable; raises an ``AppendError`` otherwise, and then all must be written again."""
        encoded = [EncodedRow(row["_offset"], self._encoder.encode(upsert_of(self._table, row))) for row in rows]
        connection = self._storage.connect(self._stream, self._descriptor)
        try:
            for append in split(encoded, 0):
                await self._one(connection, append)
        finally:
            connection.close()

    async def _one(self, connection: Connection, append: Append) -> None:
        await connection.send(Append(NO_POSITION, append.rows))
        await connection.confirmed()

    @property
    def _descriptor(self) -> DescriptorProto:
        return self._encoder.descriptor
