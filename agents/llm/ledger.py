"""The ledger in the platform's database: budgets hold across processes, and each call becomes a usage event."""

from collections.abc import Sequence
from decimal import Decimal
from typing import cast

from agents.llm.budget import Account, Call
from runtime.codec import Encoder
from schemas.records.models import ModelCall
from schemas.topics import LLM_USAGE
from store import model_spend
from store.model_spend import Kind, Sum
from store.outbox import OutboxEvent
from store.pool import Pool


class PlatformLedger:
    """Implements ``Ledger``. ``encoder`` has prepared ``LLM_USAGE``; ``pool`` is open."""

    def __init__(self, pool: Pool, encoder: Encoder) -> None:
        self._pool = pool
        self._encoder = encoder

    async def reserve(self, accounts: Sequence[Account], usd: Decimal, tokens: int) -> str | None:
        async with self._pool.connection() as connection:
            return await model_spend.reserve(connection, _sums(accounts), usd=usd, tokens=tokens)

    async def settle(self, accounts: Sequence[Account], reserved: tuple[Decimal, int], call: Call) -> None:
        usd, tokens = reserved
        event = OutboxEvent(
            id=call.id,
            aggregate_type="model_call",
            key=call.scope.conversation or str(call.id),
            topic=LLM_USAGE.name,
            payload=self._encoder.encode(LLM_USAGE, usage(call)),
        )
        spent = call.input_tokens + call.output_tokens
        async with self._pool.connection() as connection:
            await model_spend.settle(
                connection, _sums(accounts), usd=call.cost_usd - usd, tokens=spent - tokens, event=event
            )


def usage(call: Call) -> ModelCall:
    """The event of a call."""
    return ModelCall(
        call_id=str(call.id),
        conversation_id=call.scope.conversation or None,
        purpose=call.purpose,
        profile=call.profile,
        model=call.model,
        prompt=call.prompt,
        outcome=call.outcome,
        input_tokens=call.input_tokens,
        output_tokens=call.output_tokens,
        cost_usd=call.cost_usd,
        duration_ms=max(0, int(call.seconds * 1000)),
        called_at=call.called_at,
    )


def _sums(accounts: Sequence[Account]) -> list[Sum]:
    return [Sum(cast(Kind, account.kind), account.key, account.most_usd, account.most_tokens) for account in accounts]
