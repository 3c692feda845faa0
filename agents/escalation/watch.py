"""What the rules look at, gathered from a turn. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from agents.engine.run import Served
from agents.escalation.rules import Signals
from agents.flows import fallback
from agents.memory import Memory
from agents.understanding.protocol import Understood


def signals(
    words: str,
    served: Sequence[Served],
    *,
    memory: Memory,
    understood: Understood | None,
    facts: Mapping[str, Any],
) -> Signals:
    """The signals of a turn whose requests were ``served``; ``memory`` is the one before it."""
    escalates = next((each.answer.escalate for each in served if each.answer.escalate), None)
    tone = understood.tone if understood else "neutral"
    return Signals(
        words=words,
        flows=_flows(served, memory),
        tone=tone,
        by_flow=escalates.reason if escalates else None,
        by_flow_priority=escalates.priority if escalates else "normal",
        angry_turns=memory.angry + 1 if tone == "angry" else 0,
        misses=memory.misses + 1 if missed(served) else 0,
        failures=memory.failures + 1 if failed(served) else 0,
        amount=_amount(served, understood),
        vip=facts.get("vip") is True,
    )


def _flows(served: Sequence[Served], memory: Memory) -> tuple[str, ...]:
    """What the message asks for; words that were not understood are taken to go on with the subject before."""
    names = tuple(name for each in served for name in (each.request.names or (each.request.flow.name,)))
    return (*names, memory.last_flow) if missed(served) and memory.last_flow else names


def missed(served: Sequence[Served]) -> bool:
    """Whether nothing of the message was understood."""
    return served[0].request.flow.name in (fallback.NOT_UNDERSTOOD.name, fallback.UNCLEAR.name)


def failed(served: Sequence[Served]) -> bool:
    """Whether a tool did not answer."""
    return any(each.answer.outcome == "failed" for each in served)


def _amount(served: Sequence[Served], understood: Understood | None) -> Decimal | None:
    """The largest amount that a flow says is at stake (``seen["amount"]``), that it shows to be confirmed as a write's
    ``total``, or that the message names.
    """
    said = [each.answer.seen.get("amount") for each in served]
    said += [each.answer.confirmation.arguments.get("total") for each in served if each.answer.confirmation]
    named = understood.entities.prices if understood else ()
    amounts = [amount for amount in map(_decimal, (*said, *named)) if amount is not None]
    return max(amounts, default=None)


def _decimal(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value)) if value is not None else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None
