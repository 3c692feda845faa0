"""Tables deleted under the sink, credentials refused, a warehouse that is away: stopped in words, and no row lost."""

from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.api_core import exceptions
from google.auth import exceptions as auth_exceptions

from deploy.local.notices import sentences
from runtime import metrics
from runtime.clock import ManualClock
from runtime.halt import CREDENTIALS, ROWS_MISSING, SCHEMA, TABLE_MISSING, Halt
from runtime.halting import Halting
from runtime.processor import Committed
from runtime.settings import BigQuerySettings
from sinks.bigquery import sql
from sinks.bigquery.errors import error_of
from sinks.bigquery.halts import halt_for
from sinks.bigquery.processor import BigQuerySink, Wiring
from sinks.bigquery.warehouse import Warehouse
from tests.bigquery.test_emulated_warehouse import OFFERS, batch, change, merge, offsets, prices, running
from tests.bigquery.test_sink_processor import Ground
from tests.bigquery.test_sink_processor import batch as small
from tests.bigquery.test_sink_processor import change as one

api: Any = exceptions
auth: Any = auth_exceptions
VALUES = [change(key, 10 + key, op="c") for key in range(20)]
HISTORY = "offers_history"


async def copy(warehouse: Warehouse, source: str, target: str) -> None:
    place = warehouse.dataset
    await warehouse.query(f"CREATE TABLE {sql.table(place, target)} AS SELECT * FROM {sql.table(place, source)}")


@pytest.mark.broker
async def test_a_deleted_history_halts_until_it_is_restored_and_no_row_is_lost(
    settings: BigQuerySettings, warehouse: Warehouse
) -> None:
    async with running(settings, OFFERS) as sink:
        await sink.process(batch(VALUES[:10]))
        await copy(warehouse, HISTORY, "backup")
        await warehouse.drop(HISTORY)
        with pytest.raises(Halt) as halted:
            await sink.process(batch(VALUES[10:], first=10))
        assert (halted.value.cause, halted.value.offset) == (TABLE_MISSING, 10)
        assert HISTORY in halted.value.sentence
        await copy(warehouse, "backup", HISTORY)
        await sink.process(batch(VALUES[10:], first=10))
        assert await offsets(warehouse) == list(range(20))


@pytest.mark.broker
async def test_a_history_made_anew_halts_because_confirmed_rows_are_missing(
    settings: BigQuerySettings, warehouse: Warehouse
) -> None:
    async with running(settings, OFFERS) as sink:
        outcome = await sink.process(batch(VALUES[:10]))
        await copy(warehouse, HISTORY, "backup")
    await warehouse.drop(HISTORY)
    async with running(settings, OFFERS) as sink:
        await sink.revoked(OFFERS, 0)
        await sink.assigned(OFFERS, 0, Committed(10, outcome.metadata or ""))
        with pytest.raises(Halt, match="rows up to offset 9 were confirmed, and the table has no row") as halted:
            await sink.process(batch(VALUES[10:], first=10))
        assert halted.value.cause == ROWS_MISSING
        await warehouse.drop(HISTORY)
        await copy(warehouse, "backup", HISTORY)
        await sink.process(batch(VALUES[10:], first=10))
        assert await offsets(warehouse) == list(range(20))


@pytest.mark.broker
@pytest.mark.parametrize("restarted", [False, True])
async def test_a_deleted_table_of_current_rows_is_made_anew_from_the_history(
    settings: BigQuerySettings, warehouse: Warehouse, restarted: bool
) -> None:
    async with running(settings, OFFERS) as sink:
        await sink.process(batch(VALUES[:10]))
        await merge(sink)
        await warehouse.drop("offers")
        if not restarted:
            await sink.process(batch(VALUES[10:], first=10))
            await merge(sink)
            assert len(await prices(warehouse)) == 20
    async with running(settings, OFFERS) as sink:
        assert len(await prices(warehouse)) == (10 if restarted else 20)
        await merge(sink)
        (kept,) = await warehouse.query(f"SELECT COUNT(*) AS number FROM {sql.table(warehouse.dataset, 'offers')}")
        assert kept.number == (10 if restarted else 20)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (api.NotFound("Table p:d.orders_history"), TABLE_MISSING),
        (api.Forbidden("no"), CREDENTIALS),
        (api.PermissionDenied("no"), CREDENTIALS),
        (api.Unauthenticated("no"), CREDENTIALS),
        (auth.DefaultCredentialsError("none"), CREDENTIALS),
        (error_of(grpc.StatusCode.PERMISSION_DENIED, "no"), CREDENTIALS),
        (error_of(grpc.StatusCode.UNAUTHENTICATED, "no"), CREDENTIALS),
        (api.ServiceUnavailable("away"), None),
        (error_of(grpc.StatusCode.UNAVAILABLE, "away"), None),
        (ValueError("a defect of ours"), None),
    ],
)
def test_only_what_a_person_must_end_halts(error: Exception, cause: str | None) -> None:
    halt = halt_for(error, "orders_history", 5)
    assert (halt.cause if halt else None) == cause
    assert halt is None or ("orders_history" in halt.sentence and "docs/runbooks/warehouse.md" in halt.sentence)


@pytest.mark.unit
async def test_refused_credentials_halt_the_batch_and_it_is_stored_when_they_are_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ground = Ground()
    sink = await ground.sink()

    async def refused(_table: str) -> str:
        raise api.PermissionDenied("bigquery.tables.updateData denied")

    with monkeypatch.context() as patch:
        patch.setattr(ground.storage, "create", refused)
        with pytest.raises(Halt, match="refuses the credentials"):
            await sink.process(small(one("c"), one("u")))
    await sink.process(small(one("c"), one("u")))
    assert ground.stored == [0, 1]
    await sink.stop()


def waits(cause: str) -> float:
    return float(metrics.WAITS_FOR.labels("balcao.bigquery", cause)._value.get())


@pytest.mark.unit
async def test_a_warehouse_that_refuses_at_start_is_waited_for_and_said() -> None:
    answers: list[Callable[[], Exception]] = [lambda: api.Forbidden("no"), lambda: api.ServiceUnavailable("away")] * 15
    seen: list[tuple[float, float]] = []

    async def connect() -> Wiring:
        seen.append((waits(metrics.WAREHOUSE_CREDENTIALS), waits(metrics.WAREHOUSE)))
        if answers:
            raise answers.pop(0)()
        return Wiring([], None, None, _nothing)  # type: ignore[arg-type]

    sink = BigQuerySink([], connect, clock=ManualClock())
    await sink.start()
    assert seen[1] == (1.0, seen[1][1])
    assert seen[2] == (1.0, 1.0)
    assert (waits(metrics.WAREHOUSE_CREDENTIALS), waits(metrics.WAREHOUSE)) == (0.0, 0.0)
    await sink.stop()


async def _nothing() -> None:
    return


class Quiet:
    def error(self, *_: Any, **__: Any) -> None:
        return

    warning = info = error


@pytest.mark.unit
async def test_status_says_each_halt_in_a_sentence_and_forgets_one_that_ended() -> None:
    halting = Halting(OFFERS, 0, "balcao.test", ManualClock(), Quiet())  # type: ignore[arg-type]
    for cause, words in (
        (SCHEMA, "breaking-schema-change.md"),
        (TABLE_MISSING, "is gone from BigQuery"),
        (ROWS_MISSING, "lacks rows that were confirmed"),
        (CREDENTIALS, "refuses the credentials"),
    ):
        await halting.stand(Halt("why", 7, cause=cause))
        (sentence,) = said()
        assert f"halted at offset 7 of {OFFERS.name}[0]" in sentence
        assert words in sentence
    halting.end()
    assert said() == []


def said() -> list[str]:
    from prometheus_client import generate_latest

    return [sentence for sentence in sentences(generate_latest().decode()) if "balcao.test" in sentence]


@pytest.mark.unit
@pytest.mark.parametrize("cause", [metrics.REGISTRY, metrics.WAREHOUSE, metrics.WAREHOUSE_CREDENTIALS, metrics.MERGES])
def test_status_says_what_a_station_waits_for(cause: str) -> None:
    metrics.WAITS_FOR.labels("balcao.test", cause).set(1)
    (sentence,) = said()
    assert sentence.startswith("balcao.test waits: ")
    metrics.WAITS_FOR.labels("balcao.test", cause).set(0)
    assert said() == []
