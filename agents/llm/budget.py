"""How much may be spent, on whom, and who keeps the count."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from schemas.records.models import ModelOutcome


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom a call is made. ``contact`` is the channel's id; only its digest is kept with the counts."""

    conversation: str
    contact: str

    @property
    def contact_digest(self) -> str:
        """Sixteen hex digits that stand for the contact."""
        return hashlib.sha256(self.contact.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Limits:
    """USD for all of a UTC day and for one conversation; tokens for one contact in a UTC day."""

    usd_a_day: Decimal
    usd_a_conversation: Decimal
    tokens_a_contact: int


@dataclass(frozen=True, slots=True)
class Account:
    """One counted sum and its ceiling; ``None`` is no ceiling."""

    kind: str
    key: str
    most_usd: Decimal | None = None
    most_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a model, for the books: what it was for, what it cost, how it ended."""

    id: UUID
    scope: Scope
    purpose: str
    profile: str
    model: str
    prompt: str
    outcome: ModelOutcome
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal
    seconds: float
    called_at: datetime


def accounts(scope: Scope, limits: Limits, now: datetime) -> Sequence[Account]:
    """The sums a call for ``scope`` counts against. ``now`` is in UTC.

    A call for no conversation, or for no contact, counts for the day only.
    """
    day = now.date().isoformat()
    sums = [Account("day", day, most_usd=limits.usd_a_day)]
    if scope.conversation:
        sums.append(Account("conversation", scope.conversation, most_usd=limits.usd_a_conversation))
    if scope.contact:
        sums.append(Account("contact", f"{scope.contact_digest}:{day}", most_tokens=limits.tokens_a_contact))
    return sums


class Ledger(Protocol):
    """Keeps the sums. A call is reserved at its most before it is made, and settled at what it was."""

    async def reserve(self, accounts: Sequence[Account], usd: Decimal, tokens: int) -> str | None:
        """Adds to all sums or, when one would pass its ceiling, to none and returns that account's kind."""
        ...

    async def settle(self, accounts: Sequence[Account], reserved: tuple[Decimal, int], call: Call) -> None:
        """Puts what the call was in place of what was reserved, and makes its usage event."""
        ...


@dataclass(slots=True)
class MemoryLedger:
    """A ledger of one process, for evaluation and tests; ``calls`` holds what was settled."""

    usd: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    tokens: dict[tuple[str, str], int] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    async def reserve(self, accounts: Sequence[Account], usd: Decimal, tokens: int) -> str | None:
        for account in accounts:
            if account.most_usd is not None and self._usd(account) + usd > account.most_usd:
                return account.kind
            if account.most_tokens is not None and self._tokens(account) + tokens > account.most_tokens:
                return account.kind
        self._add(accounts, usd, tokens)
        return None

    async def settle(self, accounts: Sequence[Account], reserved: tuple[Decimal, int], call: Call) -> None:
        usd, tokens = reserved
        self._add(accounts, call.cost_usd - usd, call.input_tokens + call.output_tokens - tokens)
        self.calls.append(call)

    def _add(self, accounts: Sequence[Account], usd: Decimal, tokens: int) -> None:
        for account in accounts:
            self.usd[account.kind, account.key] = self._usd(account) + usd
            self.tokens[account.kind, account.key] = self._tokens(account) + tokens

    def _usd(self, account: Account) -> Decimal:
        return self.usd.get((account.kind, account.key), Decimal())

    def _tokens(self, account: Account) -> int:
        return self.tokens.get((account.kind, account.key), 0)
