"""A pharmacy writes, and is answered; it asks for a person, and the agent steps back."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from deploy.demo.conversation import Conversation
from schemas.topics import ESCALATION
from store.probes import Writer

pytestmark = pytest.mark.broker


async def answer(conversation: Conversation, contact: str, text: str) -> str:
    exchange = await conversation.ask(contact, text, timeout=60)
    assert exchange.answer is not None, f"no answer to {text!r}"
    return exchange.answer


async def test_order_availability_and_price_are_answered(conversation: Conversation, pharmacist: Writer) -> None:
    assert "pedido" in (await answer(conversation, pharmacist.wa_id, "cadê meu pedido?")).lower()
    assert await answer(conversation, pharmacist.wa_id, "tem dipirona 500 mg?")
    # The stations have just begun: the vector index fills meanwhile.
    for _ in range(30):
        if "R$" in await answer(conversation, pharmacist.wa_id, "quanto custa a dipirona 500 mg?"):
            return
        await asyncio.sleep(1)
    pytest.fail("no price was told within half a minute")


async def test_asking_for_a_person_escalates_once_and_silences_the_agent(
    conversation: Conversation, pharmacist: Writer, watching: Callable[..., Any]
) -> None:
    seen: list[dict[str, Any]] = []

    def identify(event: dict[str, Any]) -> object:
        seen.append(event)
        return event["contact"]

    async with watching(ESCALATION, identify) as watch:
        escalated = watch.expect(pharmacist.wa_id)
        await answer(conversation, pharmacist.wa_id, "quero falar com uma pessoa")
        await asyncio.wait_for(escalated, 60)
        silent = await conversation.ask(pharmacist.wa_id, "tem dipirona?", timeout=3)
    assert silent.answer is None
    mine = [event for event in seen if event["contact"] == pharmacist.wa_id]
    assert [event["reason"] for event in mine] == ["asked_for_person"]


async def test_a_stranger_is_answered_without_anybodys_data(conversation: Conversation) -> None:
    text = await answer(conversation, "5511900000001", "cadê meu pedido?")
    assert "R$" not in text
