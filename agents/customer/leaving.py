"""What a person does with a conversation they held: give it back, or close it."""

from datetime import UTC, datetime
from uuid import UUID

from psycopg import AsyncConnection

from runtime.errors import UserError
from runtime.settings import PlatformAgent, load
from store import conversations


def conversation_id(written: str) -> UUID:
    """The id as written; raises ``UserError`` for what is none."""
    try:
        return UUID(written)
    except ValueError as error:
        raise UserError(
            f"{written} is no conversation's id: it looks like 0197c2b4-....-....-....-............"
        ) from error


async def leave(written: str, how: str) -> None:
    """Hands the conversation back (``hand_back``) or closes it (``resolve``); ``UserError`` when it cannot be."""
    wanted = conversation_id(written)
    dsn = load(PlatformAgent).dsn.get_secret_value()
    async with await AsyncConnection.connect(dsn, application_name="balcao.agents") as connection:
        change = conversations.hand_back if how == "hand_back" else conversations.resolve
        if not await change(connection, wanted, now=datetime.now(UTC)):
            reason = "no person holds it" if how == "hand_back" else "it does not exist or is closed already"
            raise UserError(f"{written} was left as it is: {reason}.")
