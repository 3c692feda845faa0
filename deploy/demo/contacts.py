"""Who writes in the demo: contacts of the generated market whom the agent will answer."""

from psycopg import AsyncConnection

from runtime.settings import MarketplaceReader, PlatformAgent, load
from store import probes

_CONTACTS = 200


async def contacts() -> list[str]:
    """WhatsApp ids of pharmacies that have orders, without those a person talks to now.

    Raises ``LookupError`` when nobody is left.
    """
    marketplace = load(MarketplaceReader).dsn.get_secret_value()
    platform = load(PlatformAgent).dsn.get_secret_value()
    async with await AsyncConnection.connect(marketplace, autocommit=True) as connection:
        found = await probes.writers(connection, _CONTACTS)
    async with await AsyncConnection.connect(platform, autocommit=True) as connection:
        busy = await probes.with_a_person(connection)
    free = [writer.wa_id for writer in found if writer.wa_id not in busy]
    if not free:
        raise LookupError("the market has no contact whom the agent would answer; `balcao db seed` makes some")
    return free
