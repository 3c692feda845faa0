"""Asks the models of a chain one after the other until one answers, within a deadline and a budget."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import structlog

from agents.llm.breaker import Breaker
from agents.llm.budget import Call, Ledger, Limits, Scope, accounts
from agents.llm.completion import (
    Completion,
    Gateway,
    ModelError,
    RateLimited,
    RejectedRequest,
    Request,
    estimated_tokens,
)
from agents.llm.profiles import Profile
from runtime import metrics
from runtime.clock import Clock
from runtime.retry import Backoff
from schemas.records.models import ModelOutcome

log = structlog.get_logger(__name__)

_LEAST_SECONDS = 0.3
"""No call is begun with less than this left: no provider answers sooner."""


class NoModelError(Exception):
    """No model answered; ``reasons`` says of each, in order, why."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons) or "no model is configured")
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What a call is for: ``name`` and the ``prompt`` with its version, as the books have them."""

    name: str
    prompt: str
    scope: Scope


class Router:
    """One for a process. A model is tried twice when it asks for a short wait, else once; then the next one."""

    def __init__(
        self,
        profiles: Sequence[Profile],
        gateway: Gateway,
        ledger: Ledger,
        limits: Limits,
        clock: Clock,
        *,
        backoff: Backoff | None = None,
        uniform: Callable[[float, float], float] = random.uniform,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self._profiles = tuple(profiles)
        self._gateway = gateway
        self._ledger = ledger
        self._limits = limits
        self._clock = clock
        self._backoff = backoff or Backoff(first=0.2, ceiling=1.0, attempts=2)
        self._uniform = uniform
        self._new_id = new_id
        self.breakers = {profile.name: Breaker(clock) for profile in self._profiles}

    @property
    def models(self) -> Sequence[str]:
        """The models of the chain, in order."""
        return [profile.model for profile in self._profiles]

    async def start(self) -> None:
        """Makes the gateway ready; seconds the first time. Raises ``SettingsError``."""
        await self._gateway.start(self._profiles)

    async def close(self) -> None:
        """Closes the gateway's connections."""
        await self._gateway.close()

    async def complete(
        self, request: Request, purpose: Purpose, *, seconds: float, check: Callable[[Completion], None] | None = None
    ) -> Completion:
        """The first usable answer within ``seconds``. ``check`` raises a ``ModelError`` for one that is of no use.

        Raises ``NoModelError`` when every model is away, resting, out of time or over the budget.
        """
        errand = _Errand(request, purpose, check, self._clock.monotonic() + seconds)
        reasons: list[str] = []
        for profile in self._profiles:
            breaker = self.breakers[profile.name]
            if not breaker.allows():
                reasons.append(f"{profile.name}: resting")
                continue
            try:
                return await self._try(profile, breaker, errand)
            except _GiveUp as why:
                breaker.let_go()
                raise NoModelError([*reasons, str(why)]) from None
            except ModelError as error:
                reasons.append(f"{profile.name}: {error.outcome}")
        raise NoModelError(reasons)

    async def _try(self, profile: Profile, breaker: Breaker, errand: "_Errand") -> Completion:
        failures = 0
        while True:
            left = errand.deadline - self._clock.monotonic()
            if left < _LEAST_SECONDS:
                raise _GiveUp("no time left")
            try:
                completion = await self._once(profile, errand, min(left, profile.seconds))
            except RateLimited as error:
                failures += 1
                wait = error.after if error.after is not None else self._backoff.delay(failures, self._uniform)
                left = errand.deadline - self._clock.monotonic()
                if failures >= (self._backoff.attempts or 1) or wait > self._backoff.ceiling or wait > left / 2:
                    breaker.failed()
                    raise
                await self._clock.sleep(wait)
            except ModelError:
                breaker.failed()
                raise
            except BaseException:
                breaker.let_go()
                raise
            else:
                breaker.succeeded()
                return completion

    async def _once(self, profile: Profile, errand: "_Errand", seconds: float) -> Completion:
        request, purpose = errand.request, errand.purpose
        now = datetime.fromtimestamp(self._clock.now(), UTC)
        sums = accounts(purpose.scope, self._limits, now)
        price = self._gateway.price(profile)
        tokens = estimated_tokens(request)
        most = price.most(tokens, request.max_tokens, request.audio.seconds if request.audio else 0.0)
        reserved = (most, tokens + request.max_tokens)
        if over := await self._ledger.reserve(sums, *reserved):
            metrics.LLM_REFUSALS.labels(over).inc()
            raise _GiveUp(f"the budget of the {over} is spent")
        begun = self._clock.monotonic()
        spent: Completion | ModelError | None = None
        outcome: ModelOutcome = "timed_out"
        try:
            spent = await self._gateway.complete(profile, request, seconds=seconds)
            outcome = "ok"
            if errand.check is not None:
                errand.check(spent)
        except ModelError as error:
            outcome = error.outcome
            spent = spent or error
            if isinstance(error, RejectedRequest):
                log.warning("a model rejects our requests", profile=profile.name, reason=str(error))
            raise
        finally:
            await self._ledger.settle(
                sums,
                reserved,
                Call(
                    id=self._new_id(),
                    scope=purpose.scope,
                    purpose=purpose.name,
                    profile=profile.name,
                    model=profile.model,
                    prompt=purpose.prompt,
                    outcome=outcome,
                    input_tokens=spent.input_tokens if spent else 0,
                    output_tokens=spent.output_tokens if spent else 0,
                    cost_usd=spent.cost_usd if spent else Decimal(),
                    seconds=self._clock.monotonic() - begun,
                    called_at=now,
                ),
            )
            metrics.LLM_CALLS.labels(profile.name, outcome).inc()
            metrics.LLM_SECONDS.labels(profile.name).observe(self._clock.monotonic() - begun)
        return spent


@dataclass(frozen=True, slots=True)
class _Errand:
    request: Request
    purpose: Purpose
    check: Callable[[Completion], None] | None
    deadline: float


class _GiveUp(Exception):  # noqa: N818 - a turn of control, not an error
    """No other model need be tried."""
