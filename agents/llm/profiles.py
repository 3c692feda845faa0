"""Named models and the order in which they are tried."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pydantic import SecretStr

from runtime.errors import SettingsError
from runtime.settings import LLMSettings


@dataclass(frozen=True, slots=True)
class Price:
    """USD for a million tokens; ``second`` is that for one second of a recording."""

    input: Decimal
    output: Decimal
    second: Decimal = Decimal()

    def most(self, tokens: int, max_tokens: int, seconds: float = 0.0) -> Decimal:
        """What a request of so many tokens, or a recording of so many seconds, costs at the highest."""
        spoken = Decimal(str(seconds)) * self.second
        return (tokens * self.input + max_tokens * self.output) / _MILLION + spoken


@dataclass(frozen=True, slots=True)
class Profile:
    """One model as settings name it. ``model`` is LiteLLM's name, provider first.

    ``price`` is set where the provider's list does not hold: a model of our own, an agreement. ``seconds`` bounds one
    attempt.
    """

    name: str
    model: str
    api_key: SecretStr | None = None
    url: str | None = None
    price: Price | None = None
    seconds: float = 4.0


def chain(settings: LLMSettings, names: Sequence[str] | None = None) -> tuple[Profile, ...]:
    """The profiles to try, in order; empty when no model is configured.

    ``names`` stands in for ``settings.chain``. Raises ``SettingsError`` for an unknown name or one without a key.
    """
    wanted = names if names is not None else [name.strip() for name in settings.chain.split(",") if name.strip()]
    known = {
        "claude": (settings.claude_model, settings.claude_api_key, settings.claude_url),
        "gpt": (settings.gpt_model, settings.gpt_api_key, settings.gpt_url),
        "llama": (settings.llama_model, settings.llama_api_key, settings.llama_url),
        "local": (settings.local_model, settings.local_api_key or SecretStr("none"), settings.local_url),
    }
    profiles = []
    for name in wanted:
        if name not in known:
            raise SettingsError(f"BALCAO_LLM_CHAIN names {name!r}; the profiles are {', '.join(known)}.")
        model, key, url = known[name]
        if key is None:
            raise SettingsError(f"BALCAO_LLM_CHAIN names {name}: set BALCAO_LLM_{name.upper()}_API_KEY.")
        if name == "local" and url is None:
            raise SettingsError(
                "BALCAO_LLM_CHAIN names local: set BALCAO_LLM_LOCAL_URL to its OpenAI-compatible address."
            )
        price = settings.prices.get(name) or _PRICES.get(name)
        profiles.append(
            Profile(
                name=name,
                model=model,
                api_key=key,
                url=url,
                price=Price(*price) if price else None,
                seconds=settings.attempt_seconds,
            )
        )
    return tuple(profiles)


def transcriber(settings: LLMSettings) -> Profile | None:
    """The model that writes recordings down; ``None`` when none is configured.

    Raises ``SettingsError`` for an unknown profile, one without a key, and one whose models do not hear.
    """
    name = settings.transcription.strip()
    if not name:
        return None
    if name not in _HEAR:
        raise SettingsError(f"BALCAO_LLM_TRANSCRIPTION names {name!r}; the profiles that hear are {', '.join(_HEAR)}.")
    [known] = chain(settings, [name])
    minute = settings.transcription_usd_a_minute
    price = Price(Decimal(), Decimal(), minute / 60) if minute is not None else _FREE if name == "local" else None
    return replace(
        known, model=settings.transcription_model or _HEAR[name], price=price, seconds=settings.transcription_seconds
    )


_HEAR = {"gpt": "openai/whisper-1", "llama": "groq/whisper-large-v3", "local": "openai/whisper-1"}
_FREE = Price(Decimal(), Decimal())
_MILLION = Decimal(1_000_000)
_PRICES = {"llama": (Decimal("0.59"), Decimal("0.79")), "local": (Decimal(), Decimal())}
"""Where LiteLLM's list has none: Groq's published price of Llama 3.3 70B; nothing for a model of our own."""
