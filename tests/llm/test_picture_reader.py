"""A picture read by a model: what is written on it arrives as words, without anybody's identifiers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agents.llm import prompts
from agents.llm.budget import MemoryLedger
from agents.llm.gateway import LiteLLMGateway
from agents.llm.router import Router
from agents.media.channel import File
from agents.media.model import ModelReader
from runtime.clock import SystemClock
from tests.llm.conftest import LIMITS, profile
from tests.llm.scripted import Scripted, Step

pytestmark = pytest.mark.broker

PHOTO = File(b"\x89PNG not really", "image/png")


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
async def reader(first: Scripted, ledger: MemoryLedger) -> AsyncIterator[ModelReader]:
    router = Router([profile("one", first)], LiteLLMGateway(SystemClock()), ledger, LIMITS, SystemClock())
    await router.start()
    yield ModelReader(router, seconds=60)
    await router.close()


async def test_words_of_a_picture_arrive_redacted(reader: ModelReader, first: Scripted, ledger: MemoryLedger) -> None:
    first.will(Step(text="Losartana 50 mg, validade 12/2026, CPF 529.982.247-25"))
    assert await reader.read("image", PHOTO) == "Losartana 50 mg, validade 12/2026, CPF [CPF 1]"
    [part] = [part for part in first.asked[0]["messages"][-1]["content"] if part["type"] == "image_url"]
    assert part["image_url"]["url"].startswith("data:image/png;base64,")
    assert [(call.purpose, call.prompt) for call in ledger.calls] == [("picture", "picture/v1")]
    assert {kind for kind, _ in ledger.usd} == {"day"}, "nobody's budget pays for another's picture"


@pytest.mark.parametrize("step", [Step(text="NADA."), Step(text=""), Step(status=500), Step(endless="ha ")])
async def test_picture_without_words_or_model_is_nothing(reader: ModelReader, first: Scripted, step: Step) -> None:
    first.will(step)
    assert await reader.read("image", PHOTO) is None


async def test_other_files_ask_no_model(reader: ModelReader, first: Scripted) -> None:
    first.will(Step(text="x"))
    assert await reader.read("audio", File(b"", "audio/ogg")) is None
    assert await reader.read("image", File(b"", "image/tiff")) is None
    assert first.asked == []


def test_rendered_prompt_is_the_committed_one() -> None:
    """A published prompt never changes: write the next version, and its snapshot."""
    snapshot = Path(__file__).parent / "snapshots" / "picture-v1.md"
    assert prompts.render("picture", "v1") == snapshot.read_text(encoding="utf-8").strip()
