"""Ways to misbehave, off until somebody asks for them. ``README.md`` beside this file says what each does."""

from dataclasses import dataclass, field
from random import Random
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.local.simulator.messages import Status
from runtime.errors import UserError

FaultKind = Literal[
    "rate-limit",
    "server-error",
    "slow",
    "reset",
    "reset-after",
    "timeout-after",
    "undeliverable",
    "drop-statuses",
    "delay-statuses",
    "reorder-statuses",
    "duplicate-webhooks",
    "drop-messages",
    "delay-messages",
]

KINDS: tuple[str, ...] = get_args(FaultKind)


class Fault(BaseModel):
    """One rule: it strikes ``times`` times (``None``: until cleared), for one ``contact`` or for all (WhatsApp id)."""

    model_config = ConfigDict(extra="forbid")
    kind: FaultKind
    times: Annotated[int, Field(ge=1)] | None = 1
    probability: Annotated[float, Field(gt=0, le=1)] = 1.0
    seconds: Annotated[float, Field(ge=0, le=600)] | None = None
    contact: str | None = None
    steps: list[Status] | None = None


class FaultError(UserError):
    """A rule that cannot be understood."""


@dataclass
class Faults:
    """The rules in force; they live in memory, so that a restarted simulator behaves well."""

    random: Random
    rules: list[Fault] = field(default_factory=list)

    def add(self, rule: Any) -> Fault:
        """Put a rule in force from its JSON object. Raises ``FaultError`` saying what is wrong with it."""
        try:
            fault = Fault.model_validate(rule)
        except ValidationError as error:
            issue = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in issue["loc"]) or "the rule"
            raise FaultError(f"{where}: {issue['msg']}; kinds are {', '.join(KINDS)}") from None
        self.rules.append(fault)
        return fault

    def clear(self) -> None:
        """Behave well again."""
        self.rules.clear()

    def strike(self, kind: FaultKind, contact: str) -> Fault | None:
        """The rule that strikes now, if any; counts it."""
        for index, rule in enumerate(self.rules):
            if rule.kind != kind or rule.contact not in (None, contact) or self.random.random() >= rule.probability:
                continue
            if rule.times == 1:
                del self.rules[index]
            elif rule.times is not None:
                self.rules[index] = rule.model_copy(update={"times": rule.times - 1})
            return rule
        return None
