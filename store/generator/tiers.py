"""Discounts on offers: by quantity, by state, and in campaigns that ran, run and will run."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random

from store.generator.places import STATE_CODES
from store.generator.tables import Row, Seed, Table, reais

_CAMPAIGNS = (
    # name, first and last day from today
    ("Semana do Genérico", -2, 5),
    ("Esquenta de Estoque", -10, 20),
    ("Quinzena da Hipertensão", -5, 10),
    ("Mês do Diabetes", -20, 11),
    ("Outono Sem Gripe", -60, -20),
    ("Aniversário Balcão", 7, 14),
)
_STATES = tuple(STATE_CODES)


def tables(seed: Seed, minimums: Sequence[int]) -> Iterator[Table]:
    """``price_tiers`` of the offers whose smallest quantities these are; they may be filled until rows are read."""
    yield Table("price_tiers", _COLUMNS, _rows(seed, minimums))


def _rows(seed: Seed, minimums: Sequence[int]) -> Iterator[Row]:
    random, tier_id = seed.random("tiers"), 0
    made = seed.now - timedelta(days=30)
    for offer_id, minimum in enumerate(minimums, start=1):
        chance = random.random()
        found: list[tuple[int, str | None, int, int | None]] = []
        if chance < 0.3:
            found += _standing(random, minimum)
        if chance < 0.05:
            found.append((minimum, random.choice(_STATES), random.randrange(100, 401, 50), None))
        if 0.25 < chance < 0.33:
            found.append((minimum, None, random.randrange(500, 1_801, 50), random.randrange(len(_CAMPAIGNS))))
        for quantity, state, hundredths, campaign in found:
            tier_id += 1
            name, first, last = (None, 0, 0) if campaign is None else _CAMPAIGNS[campaign]
            starts = None if name is None else seed.today + timedelta(days=first)
            ends = None if name is None else seed.today + timedelta(days=last)
            yield tier_id, offer_id, quantity, state, reais(hundredths), name, starts, ends, made, made


def _standing(random: Random, minimum: int) -> Iterator[tuple[int, str | None, int, int | None]]:
    discount = 0
    for step in (5, 12, 30)[: random.randrange(1, 4)]:
        discount += random.randrange(100, 401, 50)
        yield minimum * step, None, discount, None


_COLUMNS = (
    "id",
    "offer_id",
    "minimum_quantity",
    "state",
    "discount",
    "campaign",
    "starts_on",
    "ends_on",
    "created_at",
    "updated_at",
)
