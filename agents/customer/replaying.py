"""``balcao agents replay``: a conversation's turns, decided again."""

from collections.abc import Callable, Sequence

from psycopg import AsyncConnection

from agents.customer.leaving import conversation_id
from agents.engine.replay import replay
from agents.understanding.protocol import Understanding
from runtime.errors import UserError
from runtime.settings import PlatformAgent, load
from store import turns


async def replay_conversation(written: str, changed: Sequence[str], say: Callable[[str], object]) -> bool:
    """Says, turn by turn, whether it comes out the same; ``True`` when all do. Raises ``UserError`` for bad input."""
    wanted = conversation_id(written)
    other = understanding(changed)
    dsn = load(PlatformAgent).dsn.get_secret_value()
    async with await AsyncConnection.connect(dsn, application_name="balcao.agents") as connection:
        recorded = await turns.of_conversation(connection, wanted)
    if not recorded:
        raise UserError(f"{written} has no turns: take the id of a conversation from turns or from an escalation.")
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


def understanding(changed: Sequence[str]) -> Understanding | None:
    """What ``--with`` asks for; ``None`` without any: then each turn is understood as it was."""
    asked = {}
    for each in changed:
        name, _, value = each.partition("=")
        if name not in ("understanding", "model", "prompt") or not value:
            raise UserError(
                f"--with {each} is not known: write understanding=offline, model=PROFILE or prompt=VERSION."
            )
        asked[name] = value
    if not asked:
        return None
    if asked == {"understanding": "offline"}:
        from agents.understanding.offline import OfflineUnderstanding

        return OfflineUnderstanding()
    raise UserError(
        f"--with {' '.join(changed)} needs a language model, and none is set up: use understanding=offline."
    )
