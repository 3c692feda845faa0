"""A recorded turn is decided again exactly; with another understanding the difference is told."""

import json
import os
from typing import Any

import pytest

from agents.customer.replaying import understanding
from agents.engine.replay import replay
from agents.testing import Scripted, Talk
from agents.understanding.offline import OfflineUnderstanding
from agents.understanding.protocol import Entities, Understood
from runtime.errors import UserError

pytestmark = pytest.mark.unit

SAID = [
    "oi, bom dia",
    "cadê meu pedido 10000482?",
    "tem losartana 50mg? e quanto custa 20?",
    "e o preço?",
    "quanto custa dipirona 500",
    "xpto qwerty",
    "🙂",
    "qual a dose para criança?",
    "quais são as regras do marketplace?",
    "sim",
]


async def test_every_turn_is_reproduced_from_its_json(world: Any, offline: OfflineUnderstanding) -> None:
    talk = Talk(world, understanding=offline)
    for text in SAID:
        await talk.says(text)
    assert {turn.outcome for turn in talk.turns} == {"replied", "asked", "refused", "escalated"}
    for turn in talk.turns:
        again = await replay(json.loads(json.dumps(turn.seen)))
        assert again is not None
        assert again.differences == ()
        assert (again.turn.text, again.turn.outcome, again.turn.memory) == (turn.text, turn.outcome, turn.memory)
        assert again.turn.seen == turn.seen


async def test_a_tool_that_was_away_is_away_again(world: Any, offline: OfflineUnderstanding) -> None:
    world.away = True
    turn = await Talk(world, understanding=offline).says("cadê meu pedido 10000482?")
    again = await replay(json.loads(json.dumps(turn.seen)))
    assert again is not None
    assert (again.turn.outcome, again.differences) == ("failed", ())


async def test_another_understanding_shows_what_would_differ(world: Any, offline: OfflineUnderstanding) -> None:
    turn = await Talk(world, understanding=offline).says("cadê meu pedido 10000482?")
    other = Scripted()
    other.next = Understood("human", ("human",), Entities(), 0.9, abstained=False, source="other")
    again = await replay(turn.seen, understanding=other)
    assert again is not None
    assert again.turn.flow == "human"
    said = "\n".join(again.differences)
    assert '+    "flow": "human",' in said
    assert "-Pedido *10000482*" in said


async def test_a_record_that_was_changed_does_not_pass_for_the_same(world: Any, offline: OfflineUnderstanding) -> None:
    turn = await Talk(world, understanding=offline).says("cadê meu pedido 10000482?")
    forged = json.loads(json.dumps(turn.seen).replace("JF123", "JF999"))
    forged["text"] = turn.text
    again = await replay(forged)
    assert again is not None
    assert any("JF999" in line for line in again.differences)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (["temperature=0"], "is not known"),
        (["model"], "is not known"),
        (["understanding=online"], "is not known"),
        (["prompt=2"], "needs a model"),
        (["model=grok"], "grok"),
        (["model=claude"], "BALCAO_LLM_CLAUDE_API_KEY"),
    ],
)
async def test_what_cannot_be_replayed_with_is_said(
    changed: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("BALCAO_LLM_")]:
        monkeypatch.delenv(name)
    with pytest.raises(UserError, match=said):
        async with understanding(changed):
            pass


async def test_nothing_asked_for_is_as_before_and_offline_is_offline() -> None:
    async with understanding([]) as same:
        assert same is None
    async with understanding(["understanding=offline"]) as other:
        assert isinstance(other, OfflineUnderstanding)
