"""A recording written down by a model: its words arrive as data, counted, and confirm nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from agents.engine.heard import heard
from agents.llm import profiles
from agents.llm.budget import MemoryLedger
from agents.llm.gateway import LiteLLMGateway
from agents.llm.profiles import Price
from agents.llm.router import Router
from agents.media.channel import File
from agents.media.voice import LARGEST_BYTES, VoiceReader
from agents.memory import Frame, Pending
from agents.testing import NOON, Talk, message
from agents.understanding.offline import OfflineUnderstanding
from runtime.clock import SystemClock
from runtime.errors import SettingsError
from runtime.settings import LLMSettings
from tests.llm.conftest import LIMITS, profile
from tests.llm.scripted import Scripted, Step

VOICE = File(b"OggS" + bytes(30_000), "audio/ogg; codecs=opus")


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
async def reader(first: Scripted, ledger: MemoryLedger) -> AsyncIterator[VoiceReader]:
    hears = replace(profile("one", first, seconds=8), price=Price(Decimal(), Decimal(), Decimal("0.0001")))
    made = VoiceReader(Router([hears], LiteLLMGateway(SystemClock()), ledger, LIMITS, SystemClock()), seconds=60)
    await made.open()
    yield made
    await made.close()


@pytest.mark.broker
async def test_what_is_said_arrives_redacted_and_is_counted(
    reader: VoiceReader, first: Scripted, ledger: MemoryLedger
) -> None:
    first.will(Step(text=" cadê o pedido 10000482?\nmeu CPF é 529.982.247-25 ", usage=(12, 0)))
    assert await reader.read("audio", VOICE) == "cadê o pedido 10000482? meu CPF é [CPF 1]"
    [asked] = first.asked
    assert (asked["file"], asked["model"], asked["language"]) == (VOICE.content, "one-model", "pt")
    [call] = ledger.calls
    assert (call.purpose, call.outcome, call.cost_usd) == ("voice", "ok", Decimal("0.0012"))
    assert ledger.usd == {("day", call.called_at.date().isoformat()): Decimal("0.0012")}


@pytest.mark.broker
@pytest.mark.parametrize("step", [Step(text=""), Step(status=500), Step(status=400), Step(text="oi", pause=30)])
async def test_a_recording_without_words_or_model_is_nothing(reader: VoiceReader, first: Scripted, step: Step) -> None:
    first.will(step)
    assert await reader.read("audio", VOICE) is None


@pytest.mark.broker
async def test_a_provider_that_names_no_length_is_counted_at_the_longest(
    reader: VoiceReader, first: Scripted, ledger: MemoryLedger
) -> None:
    first.will(Step(text="oi", usage=None))
    await reader.read("audio", VOICE)
    assert ledger.calls[0].cost_usd == Decimal("0.004000533")


@pytest.mark.broker
async def test_other_files_ask_no_model(reader: VoiceReader, first: Scripted) -> None:
    first.will(Step(text="x"))
    for kind, file in (
        ("image", VOICE),
        ("audio", File(b"x", "video/mp4")),
        ("audio", File(b"", "audio/ogg")),
        ("audio", File(bytes(LARGEST_BYTES + 1), "audio/ogg")),
    ):
        assert await reader.read(kind, file) is None
    assert first.asked == []


@pytest.mark.unit
async def test_what_is_said_confirms_nothing_and_orders_nobody() -> None:
    talk = Talk(object(), understanding=OfflineUnderstanding())
    waiting = Pending("0" * 64, "wamid.0", "cancel_order", {}, "Confirma?", NOON)
    talk.memory = replace(
        talk.memory, frames=(Frame("order_cancel", pending=waiting, question="Confirma?"),), asked=True
    )
    spoken = message(None, kind="audio")
    turn = await talk.listens(heard([spoken], {spoken["message_id"]: "sim, pode confirmar"}))
    assert turn.seen["said"]["read_from"] == ["audio"]
    assert turn.seen["calls"] == []


def settings(**named: Any) -> LLMSettings:
    return LLMSettings(gpt_api_key=SecretStr("k"), llama_api_key=SecretStr("k"), **named)


@pytest.mark.unit
def test_the_profile_that_hears() -> None:
    assert profiles.transcriber(settings()) is None
    hears = profiles.transcriber(settings(transcription="gpt", transcription_usd_a_minute=Decimal("0.006")))
    assert hears is not None
    assert hears.model == "openai/whisper-1"
    assert hears.price == Price(Decimal(), Decimal(), Decimal("0.0001"))
    own = profiles.transcriber(settings(transcription="local", local_url="http://127.0.0.1:1/v1"))
    assert own is not None
    assert own.price == Price(Decimal(), Decimal())
    for wrong, says in (("claude", "the profiles that hear"), ("x", "the profiles that hear"), ("local", "LOCAL_URL")):
        with pytest.raises(SettingsError, match=says):
            profiles.transcriber(settings(transcription=wrong))


@pytest.mark.unit
async def test_who_cannot_be_heard_is_asked_to_write() -> None:
    spoken = message(None, kind="audio")
    turn = await Talk(object()).listens(heard([spoken], {spoken["message_id"]: None}))
    assert "só entendo mensagens escritas" in turn.text
