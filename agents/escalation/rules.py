"""The rules by which a person takes over: read from ``rules.toml``, evaluated purely."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from agents.understanding.normalise import fold
from agents.understanding.protocol import Tone
from runtime.errors import SettingsError
from schemas.records.conversations import EscalationReason, Priority

_ORDER: tuple[Priority, ...] = ("low", "normal", "high", "urgent")
Times = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True)
class Signals:
    """What of a turn the rules look at. ``by_flow`` is the reason for which a flow itself asks for a person.

    ``amount`` is BRL at stake. Counters include this turn.
    """

    words: str
    flows: tuple[str, ...]
    tone: Tone = "neutral"
    by_flow: EscalationReason | None = None
    by_flow_priority: Priority = "normal"
    angry_turns: int = 0
    misses: int = 0
    failures: int = 0
    amount: Decimal | None = None
    vip: bool = False


class When(BaseModel):
    """The conditions of a rule, all of which must hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    by_flow: tuple[EscalationReason, ...] | None = None
    words: tuple[str, ...] | None = None
    tone: tuple[Literal["upset", "angry"], ...] | None = None
    flows: tuple[str, ...] | None = None
    angry_turns: Times | None = None
    misses: Times | None = None
    failures: Times | None = None
    amount_above: Decimal | None = None
    vip: bool | None = None

    def holds(self, signals: Signals, folded: str) -> bool:
        """Whether every condition that is given holds."""
        return all(
            (
                self.by_flow is None or signals.by_flow in self.by_flow,
                self.words is None or bool(_pattern(self.words).search(folded)),
                self.tone is None or signals.tone in self.tone,
                self.flows is None or bool(set(self.flows) & set(signals.flows)),
                self.angry_turns is None or signals.angry_turns >= self.angry_turns,
                self.misses is None or signals.misses >= self.misses,
                self.failures is None or signals.failures >= self.failures,
                self.amount_above is None or (signals.amount is not None and signals.amount > self.amount_above),
                self.vip is None or signals.vip == self.vip,
            )
        )


class Rule(BaseModel):
    """A rule. ``tell`` is what the pharmacy is told, empty where the flow says it; ``alone``: nothing else is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    reason: EscalationReason
    priority: Priority
    tell: str = ""
    alone: bool = False
    when: When


@dataclass(frozen=True, slots=True)
class Decision:
    """That a person takes over: by which rule, why, how soon, and what the pharmacy is told."""

    rule: str
    reason: EscalationReason
    priority: Priority
    tell: str
    alone: bool


def evaluate(signals: Signals, rules: Sequence[Rule]) -> Decision | None:
    """The first rule that holds, with the highest priority of all that hold; ``None`` when none does."""
    folded = " ".join(fold(signals.words).split())
    holding = [rule for rule in rules if rule.when.holds(signals, folded)]
    if not holding and signals.by_flow is None:
        return None
    if not holding:
        assert signals.by_flow is not None
        return Decision("by_flow", signals.by_flow, signals.by_flow_priority, "", alone=False)
    first = holding[0]
    priorities = [rule.priority for rule in holding]
    if signals.by_flow is not None:
        priorities.append(signals.by_flow_priority)
    return Decision(first.name, first.reason, max(priorities, key=_ORDER.index), first.tell, first.alone)


def parse(text: str, source: str) -> tuple[Rule, ...]:
    """The rules of a TOML text; raises ``SettingsError`` that names what is wrong, also a rule without a condition."""
    try:
        rules = TypeAdapter(tuple[Rule, ...]).validate_python(tomllib.loads(text).get("rule", []))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{source} is no TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{source}, rule {where}: {first['msg']}.") from error
    names = [rule.name for rule in rules]
    for rule in rules:
        if not rule.when.model_dump(exclude_none=True):
            raise SettingsError(f"{source}, rule {rule.name}: it has no condition, so that it would hold always.")
        if names.count(rule.name) > 1:
            raise SettingsError(f"{source}, rule {rule.name}: the name is used twice.")
    return rules


@cache
def shipped() -> tuple[Rule, ...]:
    """The rules of ``rules.toml`` beside this file. Reads it once."""
    text = (resources.files("agents.escalation") / "rules.toml").read_text(encoding="utf-8")
    return parse(text, "agents/escalation/rules.toml")


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    parts = [re.escape(word).replace(r"\*", r"\w*") for word in words]
    return re.compile(rf"\b(?:{'|'.join(parts)})(?!\w)")
