"""A recorded conversation decided again with a model and a prompt, from the database, with what differs shown."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from agents.customer.replaying import replay_conversation
from agents.testing import Talk
from agents.understanding.offline import OfflineUnderstanding
from deploy.local.stack import Stack
from runtime.errors import UserError
from tests.llm.scripted import Scripted, asks
from tests.store.databases import Database, made

pytestmark = pytest.mark.broker


class _World:
    def open_orders(self) -> list[Any]:
        return []


@pytest.fixture
def talks(stack: Stack, first: Scripted, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    with made(stack, "platform_owner", "platform") as database:
        monkeypatch.setenv("BALCAO_PLATFORM_AGENT_DSN", database.dsn("platform_agent"))
        monkeypatch.setenv("BALCAO_LLM_LOCAL_URL", first.url)
        monkeypatch.setenv("BALCAO_LLM_SECONDS", "60")
        monkeypatch.setenv("BALCAO_LLM_ATTEMPT_SECONDS", "60")
        yield database


@pytest.fixture
async def conversation(talks: Database) -> UUID:
    """Two turns as the station records them."""
    talk, identifier, now = Talk(_World(), understanding=OfflineUnderstanding()), uuid4(), datetime.now(UTC)
    with psycopg.connect(talks.dsn("platform_owner"), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO conversations (id, channel, phone_number_id, contact, state, slots, opened_at,"
            " last_message_at) VALUES (%s, 'whatsapp', '1', '5511999990000', 'open', '{}', %s, %s)",
            [identifier, now, now],
        )
        for text in ("cadê meu pedido?", "muito obrigada!"):
            turn, message = await talk.says(text), str(uuid4())
            connection.execute(
                "INSERT INTO messages (id, conversation_id, direction, channel_message_id, kind, text, sent_at)"
                " VALUES (%s, %s, 'inbound', %s, 'text', %s, %s)",
                [uuid4(), identifier, message, text, now],
            )
            connection.execute(
                "INSERT INTO turns (id, conversation_id, inbound_message_id, flow, flows, understanding, entities,"
                " seen, outcome, latency_ms, decided_at) VALUES (%s, %s, %s, %s, %s, 'offline', '{}', %s, %s, 1, %s)",
                [
                    uuid4(), identifier, message, turn.flow, list(turn.flows), Jsonb(turn.seen), turn.outcome,
                    talk.now,
                ],
            )  # fmt: skip
    return identifier


async def test_without_anything_changed_nothing_differs(conversation: UUID) -> None:
    said: list[str] = []
    assert await replay_conversation(str(conversation), [], said.append)
    assert [line.rpartition(": ")[2] for line in said] == ["the same", "the same"]


async def test_another_model_and_prompt_show_what_differs(conversation: UUID, first: Scripted) -> None:
    first.will(asks("complaint"), asks("thanks_bye"))
    said: list[str] = []
    assert not await replay_conversation(str(conversation), ["model=local", "prompt=v1"], said.append)
    assert len(first.asked) == 2, "each turn was asked of the model, and nothing else"
    whole = "\n".join(said)
    assert "order_status" in said[0]
    assert said[0].endswith("differs")
    assert '-    "flow": "order_status",' in whole or '"flow": "order_status"' in whole
    assert '"flow": "complaint"' in whole
    assert any(line.strip().startswith("+") and "reclamação" in line for line in said), "and the other reply"
    assert "Não encontrei nenhum pedido" in whole, "beside the one that was given"


async def test_a_prompt_or_profile_that_does_not_exist_is_named(conversation: UUID) -> None:
    for changed in (["model=other"], ["model=local", "prompt=v999"], ["size=large"]):
        with pytest.raises(UserError):
            await replay_conversation(str(conversation), changed, print)
