"""How money, days and names are written, and what a conversation remembers."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.memory import FORGET_AFTER, Frame, Memory, Pending, Said
from agents.wording import LONGEST_MESSAGE, count, day, first_name, fit, hello, listed, money

pytestmark = pytest.mark.unit


def test_money_the_brazilian_way() -> None:
    assert money(Decimal("12.34")) == "R$ 12,34"
    assert money(Decimal("1234567.5")) == "R$ 1.234.567,50"


def test_days_and_hours_are_brasilias() -> None:
    assert day(datetime(2026, 11, 22, 2, 59, tzinfo=UTC)) == "21/11"
    assert hello(datetime(2026, 11, 21, 14, 59, tzinfo=UTC)) == "Bom dia"
    assert hello(datetime(2026, 11, 21, 15, 0, tzinfo=UTC)) == "Boa tarde"
    assert hello(datetime(2026, 11, 21, 21, 0, tzinfo=UTC)) == "Boa noite"


def test_counts_lists_and_names() -> None:
    assert count(1, "item", "itens") == "1 item"
    assert count(1200, "item", "itens") == "1.200 itens"
    assert listed(["a", "b", "c"]) == "a, b e c"
    assert listed([]) == ""
    assert first_name("MARIA APARECIDA") == "Maria"
    assert first_name("  ") == ""


@given(st.text(alphabet="ab\n", min_size=4000, max_size=6000))
def test_whatsapp_takes_every_text_we_send(text: str) -> None:
    assert len(fit(text)) <= LONGEST_MESSAGE


WAITING = Pending(
    "d1", "wamid.1", "cancel_order", {"order": "10000482"}, "Confirma?", datetime(2026, 11, 21, tzinfo=UTC)
)
MEMORY = Memory(
    introduced=True,
    last_flow="product_price",
    products=(1, 2),
    orders=("10000482",),
    frames=(Frame("order_cancel", {"order_number": "10000482"}, pending=WAITING, question="Confirma?"),),
    asked=True,
    misses=1,
    window=(Said("contact", "oi"),),
)


def test_memory_survives_its_json() -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    assert Memory.load(MEMORY.dump(), last_message_at=now, now=now) == MEMORY


def test_memory_is_fresh_after_a_long_pause_and_for_what_another_version_wrote() -> None:
    now = datetime(2026, 11, 21, tzinfo=UTC)
    long_ago = now - FORGET_AFTER - timedelta(seconds=1)
    assert Memory.load(MEMORY.dump(), last_message_at=long_ago, now=now) == Memory()
    assert Memory.load({}, last_message_at=None, now=now) == Memory()
    assert Memory.load({"version": 99, "misses": 3}, last_message_at=now, now=now) == Memory()
    assert Memory.load({**MEMORY.dump(), "of_later": 1}, last_message_at=now, now=now) == MEMORY
