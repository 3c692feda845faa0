"""Appends that cost what their rows cost."""

from typing import Any

from bqemulator.domain.events import TableDataChanged
from bqemulator.grpc_api.write_servicer import BigQueryWriteHandler
from bqemulator.storage.sql_identifiers import quoted_table_ref
from bqemulator.versioning.snapshots import SnapshotManager


def apply() -> None:
    """Changes the emulator's classes, in this process."""
    for owner, name, changed in (
        (SnapshotManager, "record_change", _announce),
        (BigQueryWriteHandler, "_flush_to_target", _insert),
    ):
        setattr(owner, name, changed)


def _announce(snapshots: Any, project: str, dataset: str, table: str) -> None:
    snapshots._events.publish(TableDataChanged(project, dataset, table))


def _insert(handler: Any, stream: Any, rows: Any) -> None:
    place = (stream.project_id, stream.dataset_id, stream.table_id)
    appended = rows.to_reader()  # noqa: F841 - DuckDB finds the variable by its name, which saves making a view of it
    handler._ctx.engine.connection.execute(f"INSERT INTO {quoted_table_ref(*place)} SELECT * FROM appended")  # noqa: S608
    handler._ctx.snapshots.record_change(*place)
