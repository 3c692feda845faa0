"""Whether the server applies ``_CHANGE_TYPE``: asked by trying, because an emulator takes it and does nothing."""

import uuid

from schemas.bigquery import DELETED, POSITION, VERSION, Field, WarehouseTable
from sinks.bigquery import sql
from sinks.bigquery.storage import GrpcStorage
from sinks.bigquery.upserts import Upserts
from sinks.bigquery.warehouse import Warehouse


async def applies_changes(warehouse: Warehouse, storage: GrpcStorage) -> bool:
    """Writes a newer and then an older version of one row to a table of its own, and reads what became of it.

    Takes a few seconds on BigQuery. The table is dropped again. Raises what the servers answer.
    """
    table = WarehouseTable(
        name=f"balcao_probe_{uuid.uuid4().hex[:12]}",
        description="A trial of change data capture; can be dropped.",
        fields=(*POSITION[1:], *VERSION, DELETED, Field(name="id", type="INT64")),
        primary_key=("id",),
        clustering=("id",),
    )
    await warehouse.prepare([table])
    try:
        upserts = Upserts(storage, table)
        for lsn in (2, 1):
            row = {"_kafka_partition": 0, "_offset": 0, "_lsn": lsn, "_op": "u", "_commit_ts": 0, "id": 1}
            await upserts.write([row])
        rows = await warehouse.query(f"SELECT _lsn FROM {sql.table(warehouse.dataset, table.name)}")  # noqa: S608
    finally:
        await warehouse.drop(table.name)
    return [row._lsn for row in rows] == [2]
