"""What is asked of a model, what comes back, and how it can fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Protocol

import orjson

from agents.llm.profiles import Price, Profile
from schemas.records.models import ModelOutcome


@dataclass(frozen=True, slots=True)
class Image:
    """A picture sent with a message; ``data`` is the file's bytes."""

    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Audio:
    """A recording to be written down. ``seconds`` is the longest it can be, from which comes the most it can cost."""

    name: str
    mime: str
    data: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the request."""

    role: Literal["system", "user", "assistant"]
    text: str
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the model may call; ``parameters`` is its JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One request. With a ``tool`` the answer must be one call of it; without, words: of an ``audio`` what is said.

    ``max_tokens`` bounds what is generated and, by that, what a call can cost.
    """

    messages: tuple[Message, ...]
    tool: Tool | None = None
    max_tokens: int = 500
    audio: Audio | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model answered. ``arguments`` are those of the tool's call, parsed; ``cost_usd`` is exact to 1e-9."""

    text: str
    arguments: Mapping[str, Any] | None
    model: str
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal
    seconds: float


class ModelError(Exception):
    """A call that gave nothing usable. ``cost_usd`` and the tokens are what it cost all the same."""

    outcome: ModelOutcome = "overloaded"

    def __init__(
        self, reason: str, *, input_tokens: int = 0, output_tokens: int = 0, cost_usd: Decimal = Decimal()
    ) -> None:
        super().__init__(reason)
        self.input_tokens = input_tokens
        self.output_tokens = output_tokens
        self.cost_usd = cost_usd


class RateLimited(ModelError):  # noqa: N818 - a state of the provider that passes
    """The provider asks us to wait; ``after`` are the seconds it names, if it does."""

    outcome: ModelOutcome = "rate_limited"

    def __init__(self, reason: str, *, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Overloaded(ModelError):  # noqa: N818 - a state of the provider that passes
    """The provider failed or could not be reached."""


class TimedOut(ModelError):  # noqa: N818 - a state of the provider that passes
    """No whole answer in the time given."""

    outcome: ModelOutcome = "timed_out"


class RejectedRequest(ModelError):  # noqa: N818 - names what the provider did
    """The provider will not take the request as it is: a wrong key, an unknown model, a filter."""

    outcome: ModelOutcome = "rejected"


class MalformedAnswer(ModelError):  # noqa: N818 - names what came back
    """An answer that is not what was asked for: other JSON, another tool."""

    outcome: ModelOutcome = "malformed"


class RunawayAnswer(ModelError):  # noqa: N818 - names what came back
    """An answer that repeats itself or does not end; it was cut off."""

    outcome: ModelOutcome = "runaway"


def estimated_tokens(request: Request) -> int:
    """About how many tokens a request has; rather too many (three characters a token, 1,200 for a picture)."""
    pictures = sum(message.image is not None for message in request.messages)
    schema = len(orjson.dumps(dict(request.tool.parameters))) if request.tool else 0
    return (sum(len(message.text) for message in request.messages) + schema) // 3 + 1200 * pictures + 16


class Gateway(Protocol):
    """Calls one model once."""

    async def start(self, profiles: Sequence[Profile]) -> None:
        """Makes ready for these. Raises ``SettingsError`` for one that cannot be used."""
        ...

    async def close(self) -> None:
        """Closes the connections."""
        ...

    def price(self, profile: Profile) -> Price:
        """USD for a million tokens of that model."""
        ...

    async def complete(self, profile: Profile, request: Request, *, seconds: float) -> Completion:
        """The answer within ``seconds``. Raises a ``ModelError``; never retries by itself."""
        ...
