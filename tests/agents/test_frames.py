"""Flows on a stack: questions, digressions and return, corrections, writes that only a yes to what was shown does."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from agents.flows.flow import Answer, Ask, Flow, Slot, Write, confirm, question, reply
from agents.flows.slots import ORDER_NUMBER
from agents.testing import Talk
from agents.tools.desk import Desk, ToolUnavailable
from agents.tools.permitted import Permitted, ToolNotAllowedError
from agents.tools.tool import read, write

pytestmark = pytest.mark.unit


@dataclass(frozen=True)
class Cancelled:
    order: str


@dataclass(frozen=True)
class Refused:
    reason: str


@read
async def price_of(desk: Desk, product: str) -> str:
    raise NotImplementedError


@write
async def cancel(desk: Desk, order: str, price: str) -> Cancelled | Refused:
    raise NotImplementedError


@dataclass
class Shop:
    price: str = "10.00"
    cancelled: list[str] = field(default_factory=list)
    away: bool = False

    def price_of(self, product: str) -> str:
        return self.price

    def cancel(self, order: str, price: str) -> Cancelled | Refused:
        if self.away:
            raise ToolUnavailable("away")
        if price != self.price:
            return Refused("price_changed")
        self.cancelled.append(order)
        return Cancelled(order)


async def ask_to_cancel(ask: Ask, use: Permitted) -> Answer:
    order, price = ask.slots["order_number"], await use(price_of, "x")
    return confirm(f"Cancelar o pedido {order} de R$ {price}? Responda *sim*.", cancel, order=order, price=price)


async def cancelled(ask: Ask, use: Permitted, result: Cancelled | Refused) -> Answer:
    if isinstance(result, Refused):
        return await ask_to_cancel(ask, use)
    return reply(f"Pedido {result.order} cancelado.", orders=(result.order,))


async def tell_price(ask: Ask, use: Permitted) -> Answer:
    return reply(f"Custa R$ {await use(price_of, 'x')}.")


async def take_back(ask: Ask, use: Permitted) -> Answer:
    return question("Quantas unidades?", step="count")


async def counted(ask: Ask, use: Permitted) -> Answer:
    return reply(f"Devolução de {ask.text} ({ask.slots['reason']}) do pedido {ask.slots['order_number']}.")


REASON = Slot("reason", "Qual o motivo?", lambda entities, text: [text], free=True)
CANCEL = Flow(
    name="order_cancel",
    title="o cancelamento",
    serves=("order_cancel",),
    slots=(ORDER_NUMBER,),
    tools=(price_of,),
    writes=(Write(cancel),),
    run=ask_to_cancel,
    done=cancelled,
)
PRICE = Flow(name="product_price", serves=("product_price",), tools=(price_of,), run=tell_price)
RETURN = Flow(
    name="return_request",
    title="a devolução",
    serves=("return_request",),
    slots=(ORDER_NUMBER, REASON),
    run=take_back,
    steps={"count": counted},
)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def talk(shop: Shop) -> Talk:
    return Talk(shop, flows=[CANCEL, PRICE, RETURN])


async def test_a_missing_slot_is_asked_for_and_the_answer_fills_it(talk: Talk, shop: Shop) -> None:
    assert (await talk.says("quero cancelar", "order_cancel")).text == ORDER_NUMBER.question
    assert "Cancelar o pedido 111?" not in talk.turns[-1].text
    turn = await talk.says("10000482", order_numbers=("10000482",))
    assert turn.flow == "order_cancel"
    assert "Cancelar o pedido 10000482" in turn.text
    assert shop.cancelled == []


async def test_only_a_yes_does_the_write_and_only_once(talk: Talk, shop: Shop) -> None:
    await talk.says("cancela o 10000482", "order_cancel", order_numbers=("10000482",))
    assert shop.cancelled == []
    assert (await talk.says("Sim!")).text == "Pedido 10000482 cancelado."
    await talk.says("sim")
    assert shop.cancelled == ["10000482"]


@pytest.mark.parametrize("words", ["não", "deixa pra lá", "não quero mais", "cancela", "desisto"])
async def test_a_no_does_nothing_and_ends_it(talk: Talk, shop: Shop, words: str) -> None:
    await talk.says("cancela o 10000482", "order_cancel", order_numbers=("10000482",))
    assert "não fiz nada" in (await talk.says(words)).text
    await talk.says("sim")
    assert shop.cancelled == []


async def test_digression_is_answered_and_the_question_comes_back(talk: Talk, shop: Shop) -> None:
    await talk.says("quero devolver do 10000482", "return_request", order_numbers=("10000482",))
    turn = await talk.says("e o preço?", "product_price")
    assert turn.text == "Custa R$ 10.00.\n\nRetomando a devolução: Qual o motivo?"
    assert talk.memory.top is not None
    assert (await talk.says("veio amassado", "damaged_item")).text == "Quantas unidades?"
    assert (await talk.says("3")).text == "Devolução de 3 (veio amassado) do pedido 10000482."
    assert talk.memory.frames == ()


async def test_two_flows_deep_and_back(talk: Talk, shop: Shop) -> None:
    await talk.says("quero devolver do 10000482", "return_request", order_numbers=("10000482",))
    turn = await talk.says("aliás cancela o 10000483?", "order_cancel", order_numbers=("10000483",))
    assert turn.text.startswith("Cancelar o pedido 10000483")
    assert [frame.flow for frame in talk.memory.frames] == ["return_request", "order_cancel"]
    turn = await talk.says("sim")
    assert turn.text == "Pedido 10000483 cancelado.\n\nRetomando a devolução: Qual o motivo?"


async def test_after_a_digression_the_confirmation_is_shown_again_before_a_yes_counts(talk: Talk, shop: Shop) -> None:
    await talk.says("cancela o 10000482", "order_cancel", order_numbers=("10000482",))
    turn = await talk.says("quanto custa?", "product_price")
    assert "Cancelar o pedido 10000482 de R$ 10.00?" in turn.text
    await talk.says("sim")
    assert shop.cancelled == ["10000482"]


async def test_yes_after_an_offer_of_a_person_does_not_do_an_old_write(talk: Talk, shop: Shop) -> None:
    await talk.says("cancela o 10000482", "order_cancel", order_numbers=("10000482",))
    assert "Quer que eu chame uma pessoa" in (await talk.says("e as regras?", "knowledge")).text
    assert (await talk.says("sim")).escalate is not None
    assert shop.cancelled == []


async def test_a_confirmation_expires_and_is_shown_again(talk: Talk, shop: Shop) -> None:
    await talk.says("cancela o 10000482", "order_cancel", order_numbers=("10000482",))
    talk.now += timedelta(hours=1)
    turn = await talk.says("sim")
    assert shop.cancelled == []
    assert "confira de novo" in turn.text
    assert "Cancelar o pedido 10000482" in turn.text
    await talk.says("sim")
    assert shop.cancelled == ["10000482"]


async def test_a_price_that_changed_is_shown_again_before_it_is_done(talk: Talk, shop: Shop) -> None:
    await talk.says("cancela o 10000482", "order_cancel", order_numbers=("10000482",))
    shop.price = "11.00"
    turn = await talk.says("sim")
    assert shop.cancelled == []
    assert "R$ 11.00" in turn.text
    await talk.says("sim")
    assert shop.cancelled == ["10000482"]


async def test_what_is_kept_must_be_what_was_shown(talk: Talk, shop: Shop) -> None:
    await talk.says("cancela o 10000482", "order_cancel", order_numbers=("10000482",))
    [frame] = talk.memory.frames
    assert frame.pending is not None
    forged = replace(frame.pending, arguments={"order": "99999999", "price": "10.00"})
    talk.memory = replace(talk.memory, frames=(replace(frame, pending=forged),))
    await talk.says("sim")
    assert shop.cancelled == []


async def test_correction_replaces_the_slot_and_asks_again(talk: Talk, shop: Shop) -> None:
    await talk.says("cancela o 10000482", "order_cancel", order_numbers=("10000482",))
    turn = await talk.says("não, o 10000483", "order_cancel", order_numbers=("10000483",), corrects=True)
    assert "Cancelar o pedido 10000483" in turn.text
    await talk.says("sim")
    assert shop.cancelled == ["10000483"]


async def test_the_other_order_without_a_number_is_asked_for(talk: Talk, shop: Shop) -> None:
    await talk.says("cancela o 10000482", "order_cancel", order_numbers=("10000482",))
    assert (await talk.says("não, o outro pedido", corrects=True)).text == ORDER_NUMBER.question
    assert "10000484" in (await talk.says("10000484", order_numbers=("10000484",))).text
    await talk.says("sim")
    assert shop.cancelled == ["10000484"]


async def test_contradictory_slots_are_asked_about(talk: Talk, shop: Shop) -> None:
    turn = await talk.says("cancela 10000482 10000483", "order_cancel", order_numbers=("10000482", "10000483"))
    assert turn.text == "Você citou 10000482 e 10000483. Qual deles vale?"
    await talk.says("10000483", order_numbers=("10000483",))
    await talk.says("sim")
    assert shop.cancelled == ["10000483"]


async def test_several_questions_have_several_answers_and_one_question_back(talk: Talk, shop: Shop) -> None:
    turn = await talk.says("cancela? devolve? e o preço?", "order_cancel", "return_request", "product_price")
    assert turn.text == f"Custa R$ 10.00.\n\n{ORDER_NUMBER.question}"
    assert [frame.flow for frame in talk.memory.frames] == ["return_request", "order_cancel"]
    await talk.says("10000482", order_numbers=("10000482",))
    assert "Retomando a devolução" in (await talk.says("sim")).text
    assert shop.cancelled == ["10000482"]


async def test_yes_with_another_question_does_both(talk: Talk, shop: Shop) -> None:
    await talk.says("cancela o 10000482", "order_cancel", order_numbers=("10000482",))
    turn = await talk.says("sim, e quanto custa?", "product_price")
    assert "cancelado" in turn.text
    assert "Custa R$ 10.00" in turn.text


@pytest.mark.parametrize("words", ["sim, mas o outro", "sim, só que muda o endereço", "não sei", "talvez", "sim?"])
async def test_a_yes_with_a_but_does_nothing(talk: Talk, shop: Shop, words: str) -> None:
    await talk.says("cancela o 10000482", "order_cancel", order_numbers=("10000482",))
    turn = await talk.says(words)
    assert shop.cancelled == []
    assert "Cancelar o pedido 10000482" in turn.text, "the question stands, and is shown again"


async def test_a_write_that_did_not_answer_is_tried_again_under_the_same_request(talk: Talk, shop: Shop) -> None:
    await talk.says("cancela o 10000482", "order_cancel", order_numbers=("10000482",))
    shop.away = True
    turn = await talk.says("sim")
    assert (turn.outcome, "responda *sim*" in turn.text) == ("failed", True)
    first = turn.seen["calls"][0]["request"]
    shop.away = False
    turn = await talk.says("sim")
    assert turn.seen["calls"][0]["request"] == first
    assert shop.cancelled == ["10000482"]


async def test_an_escalation_lays_everything_aside(talk: Talk, shop: Shop) -> None:
    await talk.says("cancela o 10000482", "order_cancel", order_numbers=("10000482",))
    await talk.says("quero um atendente", "human")
    assert talk.memory.frames == ()
    await talk.says("sim")
    assert shop.cancelled == []


async def test_a_step_cannot_do_a_write_that_has_to_be_confirmed(talk: Talk, shop: Shop) -> None:
    async def sneaks(ask: Ask, use: Permitted) -> Answer:
        return reply(str(await use(cancel, order="10000482", price="10.00")))

    sneaky = Talk(shop, flows=[replace(CANCEL, run=sneaks)])
    with pytest.raises(ToolNotAllowedError):
        await sneaky.says("cancela o 10000482", "order_cancel", order_numbers=("10000482",))
    assert shop.cancelled == []


async def test_a_write_without_confirmation_has_a_request_of_its_message(shop: Shop) -> None:
    async def does(ask: Ask, use: Permitted) -> Answer:
        await use(cancel, order="1", price="10.00")
        await use(cancel, order="2", price="10.00")
        return reply("ok")

    talk = Talk(shop, flows=[replace(CANCEL, slots=(), writes=(Write(cancel, confirmed=False),), run=does)])
    turn = await talk.says("cancela", "order_cancel")
    requests = [call["request"] for call in turn.seen["calls"]]
    assert len(set(requests)) == 2
    assert shop.cancelled == ["1", "2"]


async def test_a_no_to_nothing_is_met_without_doing_anything(talk: Talk, shop: Shop) -> None:
    turn = await talk.says("deixa pra lá", "order_cancel")
    assert (turn.flow, shop.cancelled) == ("no_person", [])
    assert turn.text.startswith("Tudo bem!")
