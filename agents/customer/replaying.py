"""``balcao agents replay``: a conversation's turns, decided again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from psycopg import AsyncConnection

from agents.customer.leaving import conversation_id
from agents.engine.replay import replay
from agents.llm.budget import MemoryLedger
from agents.llm.models import models
from agents.understanding.offline import OfflineUnderstanding
from agents.understanding.protocol import Understanding
from runtime.clock import SystemClock
from runtime.errors import UserError
from runtime.settings import LLMSettings, PlatformAgent, load
from store import turns
from store.turns import Turn

_OFFLINE = "understanding"


async def replay_conversation(written: str, changed: Sequence[str], say: Callable[[str], object]) -> bool:
    """Says, turn by turn, whether it comes out the same; ``True`` when all do. Raises ``UserError`` for bad input."""
    wanted = conversation_id(written)
    async with understanding(changed) as other:
        dsn = load(PlatformAgent).dsn.get_secret_value()
        async with await AsyncConnection.connect(dsn, application_name="balcao.agents") as connection:
            recorded = await turns.of_conversation(connection, wanted)
        if not recorded:
            raise UserError(f"{written} has no turns: take the id of a conversation from turns or from an escalation.")
        return await _all(recorded, other, say)


async def _all(recorded: Sequence[Turn], other: Understanding | None, say: Callable[[str], object]) -> bool:
    same = True
    for number, turn in enumerate(recorded, 1):
        name = f"turn {number} {turn.decided_at:%Y-%m-%d %H:%M:%S} {turn.flow} ({turn.outcome})"
        again = await replay(turn.seen, understanding=other)
        if again is None:
            say(f"{name}: said nothing, or was recorded by another version; not decided again")
        elif not again.differences:
            say(f"{name}: the same")
        else:
            same = False
            say(f"{name}: differs")
            for line in again.differences:
                say(f"  {line}")
    return same


@asynccontextmanager
async def understanding(changed: Sequence[str]) -> AsyncIterator[Understanding | None]:
    """What ``--with`` asks for; ``None`` without any: then each turn is understood as it was.

    A model is asked by itself, also where the offline understanding is sure, and its books are not kept. Raises
    ``UserError`` and ``SettingsError``.
    """
    asked = {}
    for each in changed:
        name, _, value = each.partition("=")
        if name not in (_OFFLINE, "model", "prompt") or not value or (name == _OFFLINE and value != "offline"):
            raise UserError(
                f"--with {each} is not known: write understanding=offline, model=PROFILE or prompt=VERSION."
            )
        asked[name] = value
    if not asked:
        yield None
        return
    offline = await asyncio.to_thread(OfflineUnderstanding)
    if _OFFLINE in asked:
        yield offline
        return
    settings = load(LLMSettings).model_copy(update={"when": "always"})
    names = [asked["model"]] if "model" in asked else None
    made = models(settings, MemoryLedger(), SystemClock(), names=names, prompt=asked.get("prompt"))
    if made is None:
        raise UserError("--with prompt=... needs a model: name one with --with model=PROFILE, or set BALCAO_LLM_CHAIN.")
    try:
        yield await made.start(offline)
    finally:
        await made.close()
