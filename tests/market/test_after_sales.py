"""Returns, complaints, requests to people, consent: once, of this pharmacy, and only what can be asked."""

import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from store.after_sales import ComplaintOpened, ReturnRequested, open_complaint, request_return
from store.consent import ConsentSet, set_consent
from store.outcomes import Refused
from store.placing import PlacedOrder
from store.service_requests import (
    ServiceRequested,
    report_payment_problem,
    request_access_help,
    request_invoice_copy,
    request_registration,
    request_registration_update,
)
from tests.market.buying import placed, reasons
from tests.market.world import NOW, Buyer, World, cnpj

pytestmark = pytest.mark.broker


def by(buyer: Buyer, **more: Any) -> dict[str, Any]:
    return {"request_id": uuid4(), "pharmacy_id": buyer.id, "contact_id": buyer.contact, "now": NOW, **more}


async def delivered(
    agent: AsyncConnection[Any], world: World, buyer: Buyer, *, days_ago: int = 2, storage: str = "room"
) -> tuple[PlacedOrder, int]:
    offer = await world.offer(await world.supplier(), storage=storage)
    order = (await placed(agent, buyer, (offer, 10))).orders[0]
    await world.deliver(order.order_id, days_ago=days_ago)
    return order, await world.product(offer)


async def test_a_return_is_asked_once_and_never_for_more_than_was_bought(
    agent: AsyncConnection[Any], world: World
) -> None:
    buyer = await world.buyer()
    order, product = await delivered(agent, world, buyer)
    ask = {"order_id": order.order_id, "product_id": product, "details": "quebrado"}
    first = by(buyer, **ask, quantity=6, reason="damaged")
    result = await request_return(agent, **first)
    assert isinstance(result, ReturnRequested)
    assert await request_return(agent, **first) == result
    refusal = await request_return(agent, **by(buyer, **ask, quantity=5, reason="damaged"))
    assert isinstance(refusal, Refused)
    assert refusal.reason == "quantity"
    assert refusal.problems[0].allowed == Decimal(4)
    await world.owner.execute(
        "UPDATE returns SET status = 'rejected', resolved_at = now() WHERE id = %s", [result.return_id]
    )
    assert isinstance(
        await request_return(agent, **by(buyer, **ask, quantity=10, reason="wrong_item")), ReturnRequested
    )
    assert await world.one("SELECT sum(quantity) FROM returns WHERE order_id = %s", order.order_id) == 16


async def test_a_return_asks_for_goods_of_ones_own_delivered_order(agent: AsyncConnection[Any], world: World) -> None:
    buyer = await world.buyer()
    order, product = await delivered(agent, world, buyer)
    under_way = (await placed(agent, buyer, (offer := await world.offer(await world.supplier()), 1))).orders[0]
    ask = {"quantity": 1, "reason": "damaged", "details": None}
    wrong = (
        (await world.buyer(), order.order_id, product, "not_found"),
        (buyer, order.order_id, product + 10**6, "not_found"),
        (buyer, under_way.order_id, await world.product(offer), "order_state"),
    )
    for who, order_id, thing, reason in wrong:
        result = await request_return(agent, **by(who, **ask, order_id=order_id, product_id=thing))
        assert reasons(result) == [reason]
    common = {"order_id": order.order_id, "product_id": product}
    assert reasons(await request_return(agent, **by(buyer, **{**ask, "quantity": 0}, **common))) == ["quantity"]


@pytest.mark.parametrize(
    ("days_ago", "storage", "reason", "refusal"),
    [
        (7, "room", "not_needed", None),
        (8, "room", "not_needed", "too_late"),
        (60, "room", "damaged", None),
        (1, "refrigerated", "other", "not_returnable"),
        (1, "refrigerated", "short_expiry", None),
    ],
)
async def test_goods_in_order_come_back_soon_and_never_cold(
    agent: AsyncConnection[Any], world: World, days_ago: int, storage: str, reason: str, refusal: str | None
) -> None:
    buyer = await world.buyer()
    order, product = await delivered(agent, world, buyer, days_ago=days_ago, storage=storage)
    ask = by(buyer, order_id=order.order_id, product_id=product, quantity=1, reason=reason, details=None)
    result = await request_return(agent, **ask)
    assert isinstance(result, ReturnRequested) if refusal is None else reasons(result) == [refusal]


async def test_a_complaint_is_about_ones_own_order(agent: AsyncConnection[Any], world: World) -> None:
    buyer = await world.buyer()
    order, _ = await delivered(agent, world, buyer)
    ask = by(buyer, subject="delivery", body="Atrasou demais", order_id=order.order_id)
    result = await open_complaint(agent, **ask)
    assert isinstance(result, ComplaintOpened)
    assert result.order_number == order.number
    assert await open_complaint(agent, **ask) == result
    assert await world.one("SELECT count(*) FROM complaints WHERE pharmacy_id = %s", buyer.id) == 1
    other = await world.buyer()
    foreign = await open_complaint(agent, **by(other, subject="price", body="Caro", order_id=order.order_id))
    assert reasons(foreign) == ["not_found"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.text(max_size=300)
    | st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=3), st.integers(1, 9000))
)
async def test_any_words_can_be_kept(agent: AsyncConnection[Any], world: World, words: str) -> None:
    buyer = await world.buyer()
    complaint = await open_complaint(agent, **by(buyer, subject="other", body=words))
    assert isinstance(complaint, ComplaintOpened) or reasons(complaint) == ["invalid"]
    told = await report_payment_problem(agent, **by(buyer, kind="other", details=words))
    assert isinstance(told, ServiceRequested)


async def test_what_is_open_already_is_not_asked_again(agent: AsyncConnection[Any], world: World) -> None:
    buyer = await world.buyer()
    order, _ = await delivered(agent, world, buyer)
    ask = {"order_id": order.order_id, "documents": ("danfe", "boleto")}
    assert reasons(await request_invoice_copy(agent, **by(buyer, **ask))) == ["order_state"]
    await world.invoice(order.order_id, "100.00")
    first = await request_invoice_copy(agent, **by(buyer, **ask))
    second = await request_invoice_copy(agent, **by(buyer, order_id=order.order_id, documents=("boleto", "danfe")))
    other = await request_invoice_copy(agent, **by(buyer, order_id=order.order_id, documents=("xml",)))
    assert isinstance(first, ServiceRequested)
    assert isinstance(second, ServiceRequested)
    assert isinstance(other, ServiceRequested)
    assert (second.service_request_id, second.again) == (first.service_request_id, True)
    assert (first.again, other.again) == (False, False)
    await world.owner.execute(
        "UPDATE service_requests SET status = 'done', resolved_at = now() WHERE id = %s", [first.service_request_id]
    )
    third = await request_invoice_copy(agent, **by(buyer, **ask))
    assert isinstance(third, ServiceRequested)
    assert not third.again
    assert reasons(await request_invoice_copy(agent, **by(await world.buyer(), **ask))) == ["not_found"]


async def test_a_registration_needs_a_cnpj_that_is_new(agent: AsyncConnection[Any], world: World) -> None:
    fresh = cnpj()
    written = f"{fresh[:2]}.{fresh[2:5]}.{fresh[5:8]}/{fresh[8:12]}-{fresh[12:]}"

    async def ask(number: str) -> ServiceRequested | Refused:
        return await request_registration(
            agent, request_id=uuid4(), cnpj=number, name="Farmácia Nova", city="Bauru", phone="+5514999990000", now=NOW
        )

    first, again = await ask(written), await ask(fresh)
    assert isinstance(first, ServiceRequested)
    assert isinstance(again, ServiceRequested)
    assert (again.service_request_id, again.again) == (first.service_request_id, True)
    details = json.loads(
        await world.one("SELECT details FROM service_requests WHERE id = %s", first.service_request_id)
    )
    assert (details["cnpj"], details["city"]) == (fresh, "Bauru")
    assert reasons(await ask("12.345.678/0001-00")) == ["invalid_cnpj"]
    known = await world.one("SELECT cnpj FROM pharmacies LIMIT 1")
    assert reasons(await ask(known)) == ["already_registered"]


async def test_changes_of_the_registration_and_access_are_asked(agent: AsyncConnection[Any], world: World) -> None:
    buyer = await world.buyer()
    assert reasons(await request_registration_update(agent, **by(buyer, field="cnpj", value="123"))) == ["invalid_cnpj"]
    assert reasons(await request_registration_update(agent, **by(buyer, field="phone", value="  "))) == ["invalid"]
    ask = by(buyer, field="phone", value="11 98888-7777")
    result = await request_registration_update(agent, **ask)
    assert isinstance(result, ServiceRequested)
    assert await request_registration_update(agent, **ask) == result
    help_asked = await request_access_help(agent, **by(buyer, kind="password", details="não entra"))
    assert isinstance(help_asked, ServiceRequested)
    assert not help_asked.again
    rows = await world.all(
        "SELECT kind, contact_id, status FROM service_requests WHERE pharmacy_id = %s ORDER BY id", buyer.id
    )
    assert rows == [("registration_update", buyer.contact, "open"), ("access_help", buyer.contact, "open")]


async def test_a_payment_problem_is_about_ones_own_order(agent: AsyncConnection[Any], world: World) -> None:
    buyer, other = await world.buyer(), await world.buyer()
    order, _ = await delivered(agent, world, buyer)
    ask = {"kind": "charged_twice", "details": "paguei duas vezes", "order_id": order.order_id}
    assert isinstance(await report_payment_problem(agent, **by(buyer, **ask)), ServiceRequested)
    assert reasons(await report_payment_problem(agent, **by(other, **ask))) == ["not_found"]


async def test_consent_is_given_and_taken_back_by_its_own_contact(agent: AsyncConnection[Any], world: World) -> None:
    buyer, other = await world.buyer(), await world.buyer()
    read = "SELECT consent FROM contacts WHERE id = %s"
    assert await set_consent(agent, **by(buyer, consent="revoked")) == ConsentSet("revoked", changed=True)
    assert await world.one(read, buyer.contact) == "revoked"
    assert await set_consent(agent, **by(buyer, consent="revoked")) == ConsentSet("revoked", changed=False)
    foreign = {**by(buyer, consent="granted"), "contact_id": other.contact}
    assert reasons(await set_consent(agent, **foreign)) == ["not_found"]
    assert await set_consent(agent, **by(buyer, consent="granted")) == ConsentSet("granted", changed=True)
    assert await world.one("SELECT consent_at FROM contacts WHERE id = %s", buyer.contact) == NOW
