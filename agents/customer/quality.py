"""``balcao agents quality``: how contacts were served, as lines for people or for programs."""

from datetime import UTC, datetime, timedelta

import orjson
from psycopg import AsyncConnection

from runtime.settings import PlatformAgent, load
from store import service_quality
from store.service_quality import Quality


async def lines(days: int, *, as_json: bool) -> list[str]:
    """One line for all conversations of the last ``days``, one for each flow, one for each version of the agent."""
    moment = datetime.now(UTC) - timedelta(days=days)
    dsn = load(PlatformAgent).dsn.get_secret_value()
    async with await AsyncConnection.connect(dsn, application_name="balcao.agents") as connection:
        found = await service_quality.since(connection, moment)
    if not found and not as_json:
        return [f"no conversation was opened in the last {days} days"]
    return [as_object(one) if as_json else as_words(one) for one in found]


def as_object(one: Quality) -> str:
    """A JSON object: the counts, ``containment``, ``csat`` (share of 4 and 5), ``average`` and USD a conversation."""
    return orjson.dumps(
        {
            "by": one.by,
            "name": one.name,
            "conversations": one.conversations,
            "containment": round(one.containment, 4),
            "rated": one.rated,
            "average": None if one.average is None else float(one.average),
            "csat": None if one.csat is None else round(one.csat, 4),
            "usd": str(one.usd),
            "usd_a_conversation": str(round(one.usd / one.conversations, 6)),
        }
    ).decode()


def as_words(one: Quality) -> str:
    """A line such as ``flow order_status: 12 conversations, 92 % contained, CSAT 4.50 (6 rated, 83 % 4-5), USD 0``."""
    name = "all" if one.by == "all" else f"{one.by} {one.name}"
    rated = "not rated" if one.csat is None else f"CSAT {one.average} ({one.rated} rated, {one.csat:.0%} 4-5)"
    each = one.usd / one.conversations
    return f"{name}: {one.conversations} conversations, {one.containment:.0%} contained, {rated}, USD {each:.6f} each"
