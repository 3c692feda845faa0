"""Models that misbehave in every way a provider can: the caller gets an answer or one error, in time and counted."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from decimal import Decimal

import pytest

from agents.llm.budget import Limits, MemoryLedger, Scope
from agents.llm.completion import Message, Request, Tool
from agents.llm.gateway import LiteLLMGateway
from agents.llm.router import NoModelError, Purpose, Router
from runtime.clock import SystemClock
from tests.llm.conftest import LIMITS, profile
from tests.llm.scripted import Scripted, Step, asks

pytestmark = pytest.mark.broker

TOOL = Tool("report", "Says it.", {"type": "object", "properties": {}})
REQUEST = Request((Message("system", "s"), Message("user", "cadê meu pedido?")), tool=TOOL, max_tokens=200)
PURPOSE = Purpose(name="understanding", prompt="understanding/v1", scope=Scope("c1", "5511999990000"))

PATIENT = 60.0
"""Seconds, where a test is not about time: the first answer on a machine with other work may take several."""

Routing = Callable[..., Awaitable[Router]]


@pytest.fixture
async def router() -> AsyncIterator[Routing]:
    async with AsyncExitStack() as closing:

        async def make(
            *servers: Scripted,
            ledger: MemoryLedger | None = None,
            limits: Limits = LIMITS,
            seconds: tuple[float, float] = (PATIENT, PATIENT),
        ) -> Router:
            profiles = [
                profile(name, server, seconds=limit)
                for name, server, limit in zip(("one", "two"), servers, seconds, strict=False)
            ]
            made = Router(profiles, LiteLLMGateway(SystemClock()), ledger or MemoryLedger(), limits, SystemClock())
            await made.start()
            closing.push_async_callback(made.close)
            return made

        yield make


async def test_streamed_tool_call_arrives_whole_with_its_cost(router: Routing, first: Scripted) -> None:
    first.will(asks("order_status"))
    ledger = MemoryLedger()
    completion = await (await router(first, ledger=ledger)).complete(REQUEST, PURPOSE, seconds=PATIENT)
    assert completion.arguments == {"requests": [{"flow": "order_status", "confidence": 0.97}]}
    assert completion.cost_usd == Decimal("0.0012"), "900 tokens at 1 USD and 60 at 5 USD a million"
    assert first.headers[0]["Authorization"] == "Bearer key-of-one"
    assert first.asked[0]["tool_choice"] == {"type": "function", "function": {"name": "report"}}
    [call] = ledger.calls
    assert (call.outcome, call.input_tokens, call.output_tokens) == ("ok", 900, 60)
    assert ledger.usd["day", call.called_at.date().isoformat()] == Decimal("0.0012"), "the reservation is settled"
    assert not [key for _, key in ledger.usd if "5511999990000" in key], "nobody's number is kept with the sums"


async def test_usage_that_is_not_told_is_counted_by_length(router: Routing, first: Scripted) -> None:
    first.will(Step(call="report", arguments='{"requests": []}', usage=None))
    completion = await (await router(first)).complete(REQUEST, PURPOSE, seconds=PATIENT)
    assert completion.input_tokens > 10
    assert completion.output_tokens >= 4
    assert completion.cost_usd > 0


async def test_words_without_a_tool(router: Routing, first: Scripted) -> None:
    first.will(Step(text="Caixa de losartana 50 mg."))
    request = Request((Message("user", "o que diz a foto?"),), max_tokens=50)
    assert (await (await router(first)).complete(request, PURPOSE, seconds=PATIENT)).text == "Caixa de losartana 50 mg."


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        (Step(status=500), "overloaded"),
        (Step(status=503), "overloaded"),
        (Step(status=429, headers={"retry-after": "60"}), "rate_limited"),
        (Step(status=401), "rejected"),
        (Step(status=400), "rejected"),
        (Step(call="report", arguments='{"requests": [', usage=None), "malformed"),
        (Step(call="report", arguments="[]"), "malformed"),
        (Step(text="Claro! Seu pedido chega amanhã."), "malformed"),
        (Step(call="place_order", arguments='{"quantity": 900}'), "malformed"),
        (Step(endless="sim sim "), "runaway"),
        (Step(endless="0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"), "runaway"),
        (Step(call="report", arguments='{"requests": []}', pause=30), "timed_out"),
    ],
)
async def test_each_failure_falls_through_to_the_next_model(
    router: Routing, first: Scripted, second: Scripted, step: Step, outcome: str
) -> None:
    first.will(step)
    second.will(asks("order_status"))
    ledger = MemoryLedger()
    begun = time.monotonic()
    limits = (1.0 if outcome == "timed_out" else PATIENT, PATIENT)
    made = await router(first, second, ledger=ledger, seconds=limits)
    completion = await made.complete(REQUEST, PURPOSE, seconds=PATIENT)
    assert time.monotonic() - begun < 25, "neither the stalled answer nor the long rest is waited for"
    assert completion.model == "openai/two-model"
    assert [call.outcome for call in ledger.calls] == [outcome, "ok"]
    assert len(first.asked) == 1, "the library made no attempts of its own"


async def test_short_rate_limit_is_waited_for(router: Routing, first: Scripted) -> None:
    first.will(Step(status=429, headers={"retry-after": "0.2"}), asks("human"))
    ledger = MemoryLedger()
    await (await router(first, ledger=ledger)).complete(REQUEST, PURPOSE, seconds=PATIENT)
    assert [call.outcome for call in ledger.calls] == ["rate_limited", "ok"]


async def test_deadline_holds_for_all_models_together(router: Routing, first: Scripted, second: Scripted) -> None:
    first.will(Step(text="x", pause=30))
    second.will(Step(text="x", pause=30))
    begun = time.monotonic()
    with pytest.raises(NoModelError) as raised:
        await (await router(first, second, seconds=(1.0, PATIENT))).complete(REQUEST, PURPOSE, seconds=1.6)
    assert time.monotonic() - begun < 25
    assert raised.value.reasons == ("one: timed_out", "two: timed_out")


async def test_failing_model_rests(router: Routing, first: Scripted, second: Scripted) -> None:
    first.will(Step(status=500))
    second.will(asks("human"))
    made = await router(first, second)
    for _ in range(6):
        await made.complete(REQUEST, PURPOSE, seconds=PATIENT)
    assert made.breakers["one"].state == "open"
    assert len(first.asked) == 4, "four failures open the circuit"
    assert len(second.asked) == 6


async def test_spent_budget_calls_no_model(router: Routing, first: Scripted) -> None:
    first.will(asks("human"))
    ledger = MemoryLedger()
    tight = Limits(usd_a_day=Decimal("0.003"), usd_a_conversation=Decimal(1), tokens_a_contact=100_000)
    made = await router(first, ledger=ledger, limits=tight)
    await made.complete(REQUEST, PURPOSE, seconds=PATIENT)
    await made.complete(REQUEST, PURPOSE, seconds=PATIENT)
    with pytest.raises(NoModelError, match="the budget of the day is spent"):
        await made.complete(REQUEST, PURPOSE, seconds=PATIENT)
    assert len(first.asked) == 2


async def test_parallel_calls_cannot_overrun_the_budget(router: Routing, first: Scripted) -> None:
    first.will(Step(call="report", arguments='{"requests": []}', pause=0.05))
    tight = Limits(usd_a_day=Decimal("0.0035"), usd_a_conversation=Decimal(1), tokens_a_contact=100_000)
    made = await router(first, limits=tight)
    calls = [made.complete(REQUEST, PURPOSE, seconds=PATIENT) for _ in range(20)]
    done = await asyncio.gather(*calls, return_exceptions=True)
    assert 1 <= len(first.asked) <= 3
    assert sum(isinstance(each, NoModelError) for each in done) == 20 - len(first.asked)
