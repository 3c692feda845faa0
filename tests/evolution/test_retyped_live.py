"""A column that became another type: its table stops and says why; the runbook's steps bring it back without loss."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.local.programs import PROGRAMS
from deploy.local.stack import Stack
from sinks.bigquery.warehouse import Warehouse
from tests.evolution.live import RETURNS, Owner, count, drifts, end_of, eventually, halted, ids, last, pids, quiet, rows

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[2]
SINK = "bigquery-sink"
TO_NUMBER = """
ALTER TABLE returns DROP CONSTRAINT returns_details_check,
    ALTER COLUMN details TYPE integer USING (CASE WHEN details ~ '^[0-9]{1,9}$' THEN details END)::integer
"""
TO_TEXT = """
ALTER TABLE returns ALTER COLUMN details TYPE text USING details::text,
    ADD CONSTRAINT returns_details_check CHECK (octet_length(details) <= 4000)
"""


async def write(owner: Owner, number: int, details: object) -> None:
    await owner.execute("UPDATE returns SET details = %s WHERE id = %s", (details, number))


async def newest(analyst: Warehouse, *numbers: int) -> list[object]:
    found = await rows(
        analyst, f"SELECT id, details FROM `{{d}}.returns_current` WHERE id IN ({', '.join(map(str, numbers))})"
    )
    values = {row.id: row.details for row in found}
    return [values.get(number) for number in numbers]


async def settled(analyst: Warehouse) -> bool:
    return await last(analyst, RETURNS) == await asyncio.to_thread(end_of, RETURNS) - 1


async def remake(analyst: Warehouse, kind: str) -> None:
    """The runbook's steps for a changed type, while nothing writes to the tables."""
    await rows(
        analyst,
        "CREATE OR REPLACE TABLE `{d}.returns_history_until` AS SELECT * FROM `{d}.returns_history`",
    )
    await rows(
        analyst,
        "CREATE OR REPLACE TABLE `{d}.returns_history` "
        "PARTITION BY DATE(_commit_ts) CLUSTER BY _kafka_partition, _offset AS "
        f"SELECT * REPLACE (SAFE_CAST(details AS {kind}) AS details) FROM `{{d}}.returns_history_until`",
    )
    await rows(analyst, "DROP TABLE `{d}.returns`")
    await rows(analyst, "DELETE FROM `{d}.balcao_merged` WHERE table_name = 'returns'")


@contextlib.contextmanager
def deployed(platform: Stack, log: Path) -> Iterator[None]:
    """The sink of the next release in place of the running one."""
    layout = platform.layout()
    environ = os.environ | platform.environment() | PROGRAMS[SINK].own_variables(layout)
    with log.open("wb") as output:
        command = [sys.executable, "-m", "tests.evolution.retyped_sink"]
        running = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=output)
        try:
            yield
        finally:
            running.terminate()
            running.wait(30)


@asynccontextmanager
async def stopped(platform: Stack) -> AsyncIterator[None]:
    await asyncio.to_thread(platform.stop, SINK)
    try:
        yield
    finally:
        await asyncio.to_thread(platform.start, SINK)


def status(platform: Stack) -> str:
    environ = os.environ | {"BALCAO_HOME": os.fspath(platform.home.root)}
    command = [sys.executable, "-m", "deploy.cli", "status"]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False).stdout


async def test_a_retyped_column_stops_its_table_only_and_the_runbook_brings_every_change_in(
    platform: Stack, owner: Owner, analyst: Warehouse, tmp_path: Path
) -> None:
    first, second, third = await ids(owner, "SELECT id FROM returns ORDER BY id LIMIT 3")
    (invoice,) = await ids(owner, "SELECT id FROM invoices ORDER BY id LIMIT 1")
    await write(owner, first, "7")
    await eventually(lambda: quiet(RETURNS), "the snapshot is over")
    await eventually(lambda: settled(analyst), "what was before is in the history")
    before, programs = await count(analyst, "returns_history"), pids(platform)
    await owner.execute("CREATE TEMP TABLE kept AS SELECT id, details FROM returns")

    await owner.execute(TO_NUMBER)
    try:
        await write(owner, second, 12)
        await write(owner, third, 13)
        (amount,) = await (
            await owner.execute("UPDATE invoices SET amount = amount + 1 WHERE id = %s RETURNING amount", (invoice,))
        ).fetchone() or (None,)

        async def stands() -> bool:
            return RETURNS.name in halted(platform)

        async def others() -> bool:
            found = await rows(analyst, f"SELECT amount FROM `{{d}}.invoices_current` WHERE id = {invoice}")
            return [row.amount for row in found] == [amount]

        await eventually(stands, "the sink says that the table is stopped")
        await eventually(others, "another table's change")
        end = await asyncio.to_thread(end_of, RETURNS)
        assert halted(platform)[RETURNS.name] == end - 2
        assert await count(analyst, "returns_history") == before
        assert pids(platform) == programs
        sentence = "returns: column details changed from text to integer; see docs/runbooks/breaking-schema-change.md"
        assert sentence in drifts(RETURNS)
        said = status(platform)
        assert sentence in said
        assert f"balcao.bigquery halted at offset {end - 2} of {RETURNS.name}[0]: " in said
        assert "The others go on; nothing is lost." in said

        async with stopped(platform):
            await remake(analyst, "INT64")
            with deployed(platform, tmp_path / "sink.log"):
                await eventually(lambda: settled(analyst), "the next release takes what waited")
                assert await count(analyst, "returns_history") == before + 2
                assert await newest(analyst, first, second, third) == [7, 12, 13]
            await owner.execute(TO_TEXT)
            await write(owner, first, "text again")
            await remake(analyst, "STRING")
        await eventually(lambda: settled(analyst), "the old release goes on")
        assert await newest(analyst, first, second, third) == ["text again", "12", "13"]
        assert await count(analyst, "returns_history") == before + 3
        assert halted(platform) == {}
        assert not [one for one in drifts(RETURNS) if "changed from" in one]
    finally:
        kind = "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'returns'::regclass"
        if await (await owner.execute(f"{kind} AND attname = 'details' AND atttypid = 'integer'::regtype")).fetchone():
            await owner.execute(TO_TEXT)
        await owner.execute(
            "UPDATE returns SET details = kept.details FROM kept"
            " WHERE returns.id = kept.id AND returns.details IS DISTINCT FROM kept.details"
        )
