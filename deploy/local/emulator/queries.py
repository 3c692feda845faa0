"""Statements translated once, and run beside the event loop instead of on it."""

import asyncio
import re
from collections import OrderedDict
from contextlib import nullcontext
from functools import lru_cache
from typing import Any

from bqemulator.api.routes import jobs
from bqemulator.catalog.duckdb_repository import DuckDBCatalogRepository
from bqemulator.jobs import executor as executor_module
from bqemulator.sql import inner_query

executor: Any = executor_module
TEXTS = 512
JOBS = 10_000
_DEFINITION = re.compile(r"\b(create|drop|alter|undrop)\b", re.IGNORECASE)
_DATA = re.compile(r"\b(insert|update|delete|merge|truncate)\b", re.IGNORECASE)
_CHANGING = re.compile(r"\b(information_schema|system_time)\b|\*`", re.IGNORECASE)
"""What makes the translation of a text depend on more than the catalogue's tables: metadata, time, wildcard tables."""
_READING = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
_LOOKS_FOR_DEFINITIONS = (
    "detect_drop_routine",
    "sync_created_schema",
    "sync_created_table",
    "sync_created_view",
    "sync_dropped_object",
)
_PURE = ("classify_statement_type", "rewrite_table_refs")
_CHANGES_OF_THE_CATALOGUE = tuple(
    name
    for name in vars(DuckDBCatalogRepository)
    if name.startswith(("create_", "update_", "delete_", "upsert_")) and not name.endswith("_job")
)


class Recent(OrderedDict[Any, Any]):
    """A dictionary that forgets the oldest beyond ``size`` entries."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        while len(self) > self._size:
            self.popitem(last=False)


def apply() -> None:
    """Changes the emulator's modules and classes, in this process."""
    translated = Recent(TEXTS)
    translate = executor.rewrite_and_translate_statement
    for owner, name, changed in (
        (executor, "rewrite_and_translate_statement", _remembered(translate, translated)),
        (executor, "_run_single_sql", _run_beside_the_loop(asyncio.Lock())),
        (executor, "_reject_dml_on_immutable", _reject_changes(vars(executor)["_reject_dml_on_immutable"])),
        (executor, "_capture_dml_snapshots", _announce_changes(vars(executor)["_capture_dml_snapshots"])),
        *((executor, name, lru_cache(TEXTS)(vars(executor)[name])) for name in _PURE),
        *((executor, name, _for_definitions(vars(executor)[name])) for name in _LOOKS_FOR_DEFINITIONS),
        (inner_query, "rewrite_for_row_access", _where_policies_exist(vars(inner_query)["rewrite_for_row_access"])),
        *(
            (DuckDBCatalogRepository, name, _forgetting(vars(DuckDBCatalogRepository)[name], translated))
            for name in _CHANGES_OF_THE_CATALOGUE
        ),
        (DuckDBCatalogRepository, "_write_job", _keep_recent),
        (jobs, "_SQL_EXECUTION_DOMAIN_ERRORS", ()),
    ):
        setattr(owner, name, changed)


def _remembered(translate: Any, translated: Recent) -> Any:
    async def remembered(bq_sql: str, *, project_id: str, ctx: Any, caller: Any, translator: Any) -> str:
        key = (bq_sql, project_id, caller)
        found = translated.get(key)
        if found is None:
            found = await translate(bq_sql, project_id=project_id, ctx=ctx, caller=caller, translator=translator)
            if not _CHANGING.search(bq_sql) and not ctx.catalog.list_all_materialized_views():
                translated[key] = found
        return str(found)

    return remembered


def _run_beside_the_loop(writing: asyncio.Lock) -> Any:
    async def run(project_id: str, bq_sql: str, query_params: Any, ctx: Any, *, caller: Any) -> Any:
        sql = await executor.rewrite_and_translate_statement(
            bq_sql, project_id=project_id, ctx=ctx, caller=caller, translator=executor._translator
        )
        try:
            sql, values = executor.bind_parameters(executor.rewrite_table_refs(sql, project_id), query_params)
            async with nullcontext() if _READING.match(bq_sql) else writing:
                return await asyncio.to_thread(ctx.engine.fetch_arrow, sql, values or None)
        except Exception as error:
            raise executor.translate_runtime_error(error, duckdb_sql=sql) from error

    return run


def _reject_changes(reject: Any) -> Any:
    def rejected(project_id: str, bq_sql: str, ctx: Any) -> None:
        if _DATA.search(bq_sql):
            reject(project_id, bq_sql, ctx)

    return rejected


def _announce_changes(announce: Any) -> Any:
    async def announced(project_id: str, bq_sql: str, ctx: Any) -> None:
        if _DATA.search(bq_sql):
            await announce(project_id, bq_sql, ctx)

    return announced


def _for_definitions(look: Any) -> Any:
    def looked(statement: str, *rest: Any) -> Any:
        return look(statement, *rest) if _DEFINITION.search(statement) else None

    return looked


def _where_policies_exist(rewrite: Any) -> Any:
    def rewritten(query: str, *, catalog: Any, **context: Any) -> str:
        if not catalog.list_all_row_access_policies():
            return query
        return str(rewrite(query, catalog=catalog, **context))

    return rewritten


def _forgetting(change: Any, translated: Recent) -> Any:
    def changed(*arguments: Any, **named: Any) -> Any:
        try:
            return change(*arguments, **named)
        finally:
            translated.clear()

    return changed


def _keep_recent(repository: Any, _job: Any) -> None:
    for kept in (executor.JOB_RESULTS, executor.JOB_SCHEMAS, repository._cache._jobs):
        while len(kept) > JOBS:
            del kept[next(iter(kept))]
