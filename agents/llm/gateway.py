"""LiteLLM behind one function: one call, one answer or one typed error.

LiteLLM's own router, retries and cache stay unused: they sleep where we have a deadline, and count nothing for us.
Its import takes seconds and 160 MB, so it happens in ``start``, only where a model is configured.
"""

import asyncio
import base64
import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Any

import orjson

from agents.llm.collector import Collector
from agents.llm.completion import (
    Audio,
    Completion,
    MalformedAnswer,
    Message,
    ModelError,
    Overloaded,
    RateLimited,
    RejectedRequest,
    Request,
    TimedOut,
    estimated_tokens,
)
from agents.llm.profiles import Price, Profile
from runtime.clock import Clock
from runtime.errors import SettingsError

_MILLION = Decimal(1_000_000)
_NOWHERE = "http://127.0.0.1:9"
"""Discard (RFC 863): nothing listens there."""
_NANO = Decimal("0.000000001")


class LiteLLMGateway:
    """Calls models over HTTP. ``start`` before the first call; thread-safe after it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._litellm: Any = None
        self._prices: dict[str, Price] = {}

    async def start(self, profiles: Sequence[Profile]) -> None:
        """Imports LiteLLM off the event loop and looks up what each model costs.

        Raises ``SettingsError`` for a model whose price nobody knows: its cost could not be counted.
        """
        self._litellm = await asyncio.to_thread(_import)
        self._prices = {profile.name: self._price(profile) for profile in profiles}
        with contextlib.suppress(Exception):
            # The first call loads another second's worth of modules: it should not be a pharmacy's.
            await self._litellm.acompletion(
                model="openai/none", messages=[], api_key="none", api_base=_NOWHERE, timeout=1, max_retries=0
            )

    async def close(self) -> None:
        """Closes the connections, which belong to the running event loop."""
        if self._litellm is not None:
            await self._litellm.close_litellm_async_clients()
            self._litellm.in_memory_llm_clients_cache.flush_cache()

    def price(self, profile: Profile) -> Price:
        """USD for a million tokens of that model."""
        return self._prices[profile.name]

    async def complete(self, profile: Profile, request: Request, *, seconds: float) -> Completion:
        """See ``Gateway``. The answer is streamed, so that one that runs away is cut off early."""
        if request.audio is not None:
            return await self._transcribed(profile, request.audio, seconds)
        begun = self._clock.monotonic()
        got = Collector(request.max_tokens)
        try:
            async with asyncio.timeout(seconds):
                async for chunk in await self._stream(profile, request, seconds):
                    _take(chunk, got)
        except TimeoutError:
            raise self._costing(TimedOut(f"no whole answer in {seconds:.1f} s"), profile, request, got) from None
        except ModelError as error:
            raise self._costing(error, profile, request, got) from None
        except Exception as error:
            raise self._costing(self._named(error), profile, request, got) from error
        cost, tokens = self._cost(profile, request, got)
        try:
            arguments = _arguments(request, got)
        except ModelError as error:
            raise self._costing(error, profile, request, got) from None
        return Completion(got.text, arguments, profile.model, *tokens, cost, self._clock.monotonic() - begun)

    async def _transcribed(self, profile: Profile, audio: Audio, seconds: float) -> Completion:
        """What is said in a recording. It costs its length as the provider says it, else the longest it can have."""
        begun = self._clock.monotonic()
        try:
            async with asyncio.timeout(seconds):
                answer = await self._litellm.atranscription(
                    model=profile.model,
                    file=(audio.name, audio.data, audio.mime),
                    language="pt",
                    response_format="verbose_json",
                    api_key=profile.api_key.get_secret_value() if profile.api_key else None,
                    api_base=profile.url,
                    timeout=seconds,
                    max_retries=0,
                    drop_params=True,
                )
        except TimeoutError:
            # Who does not answer in time may have heard it all.
            cost = self._heard(profile, audio.seconds)
            raise TimedOut(f"no whole answer in {seconds:.1f} s", cost_usd=cost) from None
        except Exception as error:
            raise self._named(error) from error
        text, length = answer.text, getattr(answer, "duration", None)
        if not isinstance(text, str):
            raise MalformedAnswer("no text", cost_usd=self._heard(profile, audio.seconds))
        spoken = min(float(length), audio.seconds) if isinstance(length, int | float) else audio.seconds
        cost = self._heard(profile, spoken)
        return Completion(text, None, profile.model, 0, 0, cost, self._clock.monotonic() - begun)

    def _heard(self, profile: Profile, seconds: float) -> Decimal:
        return self.price(profile).most(0, 0, seconds).quantize(_NANO)

    async def _stream(self, profile: Profile, request: Request, seconds: float) -> AsyncIterator[Any]:
        options: dict[str, Any] = {
            "model": profile.model,
            "messages": [_message(message) for message in request.messages],
            "api_key": profile.api_key.get_secret_value() if profile.api_key else None,
            "api_base": profile.url,
            "max_tokens": request.max_tokens,
            "temperature": 0,
            "timeout": seconds,
            "stream": True,
            "stream_options": {"include_usage": True},
            "num_retries": 0,
            "max_retries": 0,
            "drop_params": True,
            # Its handler of tools imports a package that it does not depend on, for servers we do not call.
            "_skip_mcp_handler": True,
        }
        if request.tool:
            tool = request.tool
            described = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
            options["tools"] = [{"type": "function", "function": described}]
            options["tool_choice"] = {"type": "function", "function": {"name": tool.name}}
        stream: AsyncIterator[Any] = await self._litellm.acompletion(**options)
        return stream

    def _named(self, error: Exception) -> ModelError:
        """Which of our errors a library's is; its message stays out, it may quote the request."""
        kinds = self._litellm.exceptions
        name = type(error).__name__
        if isinstance(error, kinds.RateLimitError):
            return RateLimited(name, after=_after(error))
        if isinstance(error, kinds.Timeout):
            return TimedOut(name)
        status = getattr(error, "status_code", None)
        if isinstance(error, kinds.AuthenticationError | kinds.PermissionDeniedError | kinds.NotFoundError):
            return RejectedRequest(f"{name} {status}")
        if isinstance(error, kinds.BadRequestError | kinds.UnprocessableEntityError):
            return RejectedRequest(f"{name} {status}")
        if isinstance(error, kinds.APIResponseValidationError | ValueError):
            return MalformedAnswer(name)
        return Overloaded(f"{name} {status}" if status else name)

    def _price(self, profile: Profile) -> Price:
        if profile.price is not None:
            return profile.price
        try:
            info = self._litellm.get_model_info(profile.model)
        except Exception:  # noqa: BLE001 - the library raises a bare Exception for a model it does not know
            info = {}
        if info.get("mode") == "audio_transcription" and (second := info.get("input_cost_per_second")):
            return Price(Decimal(), Decimal(), Decimal(str(second)))
        given = info.get("input_cost_per_token"), info.get("output_cost_per_token")
        if None in given:
            raise SettingsError(
                f"nobody knows what {profile.model} costs: set BALCAO_LLM_PRICES, "
                f'for example {{"{profile.name}": [0.5, 1.5]}}, in USD for a million input and output tokens.'
            )
        return Price(*(Decimal(str(cost)) * _MILLION for cost in given))

    def _cost(self, profile: Profile, request: Request, got: Collector) -> tuple[Decimal, tuple[int, int]]:
        """What was used. A provider that does not say is counted by length, four characters a token."""
        price = self.price(profile)
        asked = got.input_tokens or estimated_tokens(request)
        said = got.output_tokens or -(-got.size // 4)
        return ((asked * price.input + said * price.output) / _MILLION).quantize(_NANO), (asked, said)

    def _costing(self, error: ModelError, profile: Profile, request: Request, got: Collector) -> ModelError:
        """The error with what the call cost: nothing when it was refused before any piece of an answer came."""
        if got.size or got.output_tokens or isinstance(error, TimedOut):
            error.cost_usd, (error.input_tokens, error.output_tokens) = self._cost(profile, request, got)
        return error


def _import() -> Any:
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    litellm.telemetry = False
    litellm.suppress_debug_info = True
    return litellm


def _message(message: Message) -> dict[str, Any]:
    if message.image is None:
        return {"role": message.role, "content": message.text}
    data = base64.b64encode(message.image.data).decode()
    picture = {"type": "image_url", "image_url": {"url": f"data:{message.image.mime};base64,{data}"}}
    return {"role": message.role, "content": [{"type": "text", "text": message.text}, picture]}


def _take(chunk: Any, got: Collector) -> None:
    usage = getattr(chunk, "usage", None)
    if usage is not None:
        got.input_tokens = usage.prompt_tokens or got.input_tokens
        got.output_tokens = usage.completion_tokens or got.output_tokens
    for choice in chunk.choices[:1]:
        if choice.delta.content:
            got.add_text(choice.delta.content)
        for call in choice.delta.tool_calls or ():
            got.add_call(call.index or 0, call.function.name, call.function.arguments)


def _arguments(request: Request, got: Collector) -> dict[str, Any] | None:
    """The arguments of the one call that was asked for. Raises ``MalformedAnswer`` for anything else."""
    if request.tool is None:
        if got.calls:
            raise MalformedAnswer("asked for a tool although none was offered")
        return None
    if not got.calls:
        raise MalformedAnswer("no call of the tool")
    if others := [name for name, _ in got.calls if name != request.tool.name]:
        raise MalformedAnswer(f"asked for {len(others)} tools it may not use")
    if len(got.calls) > 1:
        raise MalformedAnswer("more than one call of the tool")
    try:
        parsed = orjson.loads(got.calls[0][1])
    except orjson.JSONDecodeError:
        raise MalformedAnswer("the call's arguments are not JSON") from None
    if not isinstance(parsed, dict):
        raise MalformedAnswer("the call's arguments are not an object")
    return parsed


def _after(error: Exception) -> float | None:
    """The seconds of the answer's Retry-After header, when it names some."""
    response = getattr(error, "response", None)
    headers = getattr(error, "litellm_response_headers", None) or (response.headers if response is not None else {})
    given = headers.get("retry-after") or ""
    return float(given) if given.replace(".", "", 1).isdigit() else None
