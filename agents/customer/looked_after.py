"""Which pharmacies are looked after personally (the fact ``vip``): named by a person, or by what they buy in a month.

A person takes over sooner for these (``vip_*`` in ``agents/escalation/rules.toml``). The fact ends by itself: who names
it says for how long, and what was bought has to be looked at again before its days are over.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from psycopg import AsyncConnection

from agents.wording import money
from runtime.errors import UserError
from runtime.settings import MarketplaceReader, PlatformAgent, load
from store import pharmacy_facts, purchases
from store.pharmacy_facts import Fact

VIP = "vip"
MONTH = timedelta(days=30)


async def name(pharmacy: int, *, vip: bool, days: int, why: str) -> None:
    """Says of one pharmacy that it is, or is not, looked after. Raises ``UserError`` for one that does not exist."""
    async with await AsyncConnection.connect(_marketplace()) as marketplace:
        if not await purchases.is_pharmacy(marketplace, pharmacy):
            raise UserError(f"there is no pharmacy {pharmacy} in the marketplace.")
    now = datetime.now(UTC)
    await _note([_fact(pharmacy, vip, f"person: {why}", now, days)])


async def by_volume(*, above: Decimal, days: int) -> Sequence[purchases.Volume]:
    """Looks after whoever bought for more than ``above`` BRL in the last thirty days; says who that is."""
    now = datetime.now(UTC)
    async with await AsyncConnection.connect(_marketplace()) as marketplace:
        found = await purchases.volumes(marketplace, since=now - MONTH, at_least=above)
    await _note([_fact(one.pharmacy_id, True, f"volume: {money(one.total)} em 30 dias", now, days) for one in found])
    return found


def _fact(pharmacy: int, vip: bool, source: str, now: datetime, days: int) -> Fact:
    return Fact(
        pharmacy_id=pharmacy,
        name=VIP,
        value=vip,
        source=source,
        turn_id=None,
        noted_at=now,
        expires_at=now + timedelta(days=days),
    )


async def _note(facts: Sequence[Fact]) -> None:
    dsn = load(PlatformAgent).dsn.get_secret_value()
    async with await AsyncConnection.connect(dsn, application_name="balcao.agents") as connection:
        if facts[:1] and facts[0].source.startswith("volume:"):
            facts = await _not_named(connection, facts)
        await pharmacy_facts.note(connection, facts)


async def _not_named(connection: AsyncConnection[tuple[object, ...]], facts: Sequence[Fact]) -> list[Fact]:
    """Without pharmacies of which a person said something that still holds: a person's word counts for more."""
    kept = []
    for fact in facts:
        known = await pharmacy_facts.of_pharmacy(connection, fact.pharmacy_id, now=fact.noted_at)
        if not any(one.name == VIP and one.source.startswith("person:") for one in known):
            kept.append(fact)
    return kept


def _marketplace() -> str:
    return load(MarketplaceReader).dsn.get_secret_value()
