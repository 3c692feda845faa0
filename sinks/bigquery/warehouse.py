"""BigQuery's REST API from asyncio: queries, and tables brought to the shape the register asks for."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import NotFound
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from runtime.settings import BigQuerySettings
from schemas.bigquery import Field, WarehouseTable
from sinks.bigquery import sql
from sinks.bigquery.claims import NO_PARAMETERS
from sinks.bigquery.resources import column_of, described, field_of, resource

T = TypeVar("T")
_TIMEOUT = 30.0
_THREADS = 4


class Warehouse:
    """One project and dataset. Every call runs in a thread of its own pool and raises what google's client raises.

    The client never retries by itself: whoever calls knows better what a failure means.
    """

    def __init__(self, settings: BigQuerySettings, *, timeout: float = _TIMEOUT) -> None:
        self.dataset = f"{settings.project}.{settings.dataset}"
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="bigquery")
        self._client = _client(settings)
        self._tag = settings.policy_tag

    async def query(self, statement: str, parameters: Mapping[str, int] = NO_PARAMETERS) -> list[Any]:
        """Runs a statement to its end; the rows' columns are attributes, ``parameters`` its ``@name`` values."""
        bound = [bigquery.ScalarQueryParameter(name, "INT64", value) for name, value in parameters.items()]

        def run() -> list[Any]:
            rows = self._client.query_and_wait(
                statement,
                job_config=bigquery.QueryJobConfig(query_parameters=bound),
                api_timeout=self._timeout,
                wait_timeout=self._timeout,
                retry=None,
                job_retry=None,
            )
            return list(rows)

        return await self._in_thread(run)

    async def prepare(self, tables: Sequence[WarehouseTable]) -> None:
        """Creates the dataset and what is missing of tables and columns; never drops anything.

        Descriptions and policy tags of tables that are there become the register's.
        """
        await self._in_thread(self._create_dataset)
        await asyncio.gather(*(self._prepare(table) for table in tables))

    async def missing(self, names: Iterable[str]) -> list[str]:
        """Those of the tables that are not there."""
        wanted = list(names)
        there = await asyncio.gather(*(self._in_thread(partial(self._exists, name)) for name in wanted))
        return [name for name, found in zip(wanted, there, strict=True) if not found]

    async def columns(self, name: str) -> dict[str, Field]:
        """The table's columns as they are now."""
        table = await self._in_thread(lambda: self._table(name))
        return {column.name: field_of(column) for column in table.schema}

    async def add(self, name: str, fields: Sequence[Field]) -> None:
        """Gives the table the columns it lacks, after its own; columns that are there stay as they are. Idempotent.

        BigQuery may take minutes until rows can be appended with a new column.
        """
        missing = await self._missing(name, fields)
        for field in missing:
            # one a statement: DuckDB, behind the emulator, takes no more
            await self.query(sql.add_columns(self.dataset, name, [field]))
        if missing and await self._missing(name, missing):
            # BigQuery shows a column at once; the emulator's tables.get, and its appends, know it after a patch
            await self._in_thread(lambda: self._patch(name, missing))

    async def drop(self, name: str) -> None:
        """Drops a table that this process made for itself."""
        await self._in_thread(
            lambda: self._client.delete_table(
                f"{self.dataset}.{name}", not_found_ok=True, retry=None, timeout=self._timeout
            )
        )

    async def close(self) -> None:
        """Waits for the calls under way and closes the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        self._client.close()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _create_dataset(self) -> None:
        self._client.create_dataset(self.dataset, exists_ok=True, retry=None, timeout=self._timeout)

    async def _prepare(self, table: WarehouseTable) -> None:
        existing = await self._in_thread(
            lambda: self._client.create_table(
                resource(self.dataset, table, self._tag), exists_ok=True, retry=None, timeout=self._timeout
            )
        )
        have = {column.name for column in existing.schema}
        if any(field.name not in have for field in table.fields):
            await self.add(table.name, table.fields)
            existing = await self._in_thread(lambda: self._table(table.name))
        if described(existing, table, self._tag):
            await self._in_thread(
                lambda: self._client.update_table(
                    existing, ["description", "schema"], retry=None, timeout=self._timeout
                )
            )

    async def _missing(self, name: str, fields: Sequence[Field]) -> list[Field]:
        have = {column.lower() for column in await self.columns(name)}
        return [field for field in fields if field.name.lower() not in have]

    def _exists(self, name: str) -> bool:
        try:
            self._table(name)
        except NotFound:
            return False
        return True

    def _table(self, name: str) -> Any:
        return self._client.get_table(f"{self.dataset}.{name}", retry=None, timeout=self._timeout)

    def _patch(self, name: str, missing: Sequence[Field]) -> None:
        table = self._table(name)
        have = {column.name for column in table.schema}
        table.schema = [*table.schema, *(column_of(field, self._tag) for field in missing if field.name not in have)]
        self._client.update_table(table, ["schema"], retry=None, timeout=self._timeout)


def _client(settings: BigQuerySettings) -> Any:
    if settings.rest_endpoint is None:
        return bigquery.Client(settings.project)
    options = ClientOptions(api_endpoint=settings.rest_endpoint)
    credentials = AnonymousCredentials()  # type: ignore[no-untyped-call]
    return bigquery.Client(settings.project, credentials=credentials, client_options=options)
