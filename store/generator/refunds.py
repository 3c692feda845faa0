"""Money given back for returns."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from store.generator.after_sales import Return
from store.generator.tables import Row, Seed, Table, reais


def tables(seed: Seed, returns: Sequence[Return]) -> Iterator[Table]:
    """``refunds`` of the returns it was decided for; they may be filled until the rows are read."""
    yield Table("refunds", _COLUMNS, _rows(seed, returns))


def _rows(seed: Seed, returns: Sequence[Return]) -> Iterator[Row]:
    random, refund_id = seed.random("refunds"), 0
    for back in returns:
        if back.amount is None:
            continue
        refund_id += 1
        method = random.choices(("credit", "pix", "transfer"), (60, 30, 10))[0]
        status = "done" if back.status == "refunded" else "failed" if random.random() < 0.05 else "scheduled"
        decided = back.requested_at + (seed.now - back.requested_at) * 0.3
        expected = (decided + timedelta(days=10)).date()
        done = back.resolved_at
        yield (
            *(refund_id, back.id, method, reais(back.amount), status, expected),
            *(done, min(decided, done or decided), done or decided),
        )


_COLUMNS = (
    "id",
    "return_id",
    "method",
    "amount",
    "status",
    "expected_on",
    "done_at",
    "created_at",
    "updated_at",
)
