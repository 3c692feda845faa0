"""Where an order is: only what is known, only the pharmacy's own."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from agents.flows import order_status
from agents.flows.flow import Answer
from agents.testing import Talk, step
from store.orders import Order

pytestmark = pytest.mark.unit


async def answered(world: Any, now: datetime, *numbers: str) -> Answer:
    return await step(order_status.FLOW, world, order_number=list(numbers))


async def test_shipped_order_tells_carrier_tracking_and_forecast(world: Any, now: datetime) -> None:
    text = (await answered(world, now, "10000482")).text
    assert "*10000482*" in text
    assert "R$ 1.234,50" in text
    assert "já foi enviado, em 19/11" in text
    assert "Jamef, rastreio JF123 (a caminho)" in text
    assert "Previsão de entrega: 23/11" in text


async def test_number_of_nobody_or_of_another_pharmacy_is_just_not_found(world: Any, now: datetime) -> None:
    answer = await answered(world, now, "20000001")
    assert "Não encontrei o pedido 20000001 entre os da sua farmácia" in answer.text
    assert answer.seen == {"orders": []}


async def test_last_digits_are_enough(world: Any, now: datetime) -> None:
    assert "*10000482*" in (await answered(world, now, "0482")).text


async def test_without_a_number_the_orders_under_way_are_told(
    world: Any, now: datetime, order: Callable[..., Order]
) -> None:
    world.known_orders = [
        order(number="10000500", status="picking", carrier=None),
        order(number="10000499", status="delivered"),
        order(number="10000482"),
    ]
    text = (await answered(world, now)).text
    assert "10000500" in text
    assert "10000482" in text
    assert "10000499" not in text


async def test_nothing_under_way_tells_the_newest_and_says_so(
    world: Any, now: datetime, order: Callable[..., Order]
) -> None:
    world.known_orders = [order(status="delivered", delivered_at=datetime(2026, 11, 20, 2, tzinfo=UTC))]
    text = (await answered(world, now)).text
    assert "Nenhum pedido em andamento" in text
    assert "foi entregue, em 19/11" in text, "days are Brasília's"
    assert "Previsão" not in text


async def test_late_order_says_so_and_offers_a_person(world: Any, now: datetime, order: Callable[..., Order]) -> None:
    world.known_orders = [order(estimated_delivery=date(2026, 11, 20))]
    answer = await answered(world, now)
    assert "era 20/11 e já passou" in answer.text
    assert answer.offers_person
    world.known_orders = [order(estimated_delivery=date(2026, 11, 21))]
    assert "já passou" not in (await answered(world, now)).text, "today is not late yet"


async def test_unknown_forecast_is_not_invented(world: Any, now: datetime, order: Callable[..., Order]) -> None:
    world.known_orders = [order(status="placed", promised_delivery=None, estimated_delivery=None, carrier=None)]
    text = (await answered(world, now)).text
    assert "Ainda não há previsão" in text
    assert "Transportadora" not in text


async def test_cancelled_order_tells_why(world: Any, now: datetime, order: Callable[..., Order]) -> None:
    world.known_orders = [order(status="cancelled", cancel_reason="out_of_stock")]
    assert "foi cancelado, em 19/11, por falta de estoque." in (await answered(world, now, "10000482")).text


async def test_pharmacy_without_orders(world: Any, now: datetime) -> None:
    world.known_orders = []
    assert "Não encontrei nenhum pedido" in (await answered(world, now)).text


async def test_the_other_order_is_not_the_one_that_was_told(world: Any, order: Callable[..., Order]) -> None:
    world.known_orders = [order(number="10000500"), order(number="10000482")]
    talk = Talk(world)
    await talk.says("cadê o 10000500", "order_status", order_numbers=("10000500",))
    text = (await talk.says("não, o outro pedido", "order_status", corrects=True)).text
    assert "10000482" in text
    assert "10000500" not in text
