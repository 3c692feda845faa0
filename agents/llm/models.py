"""The models of the settings in front of the offline understanding: the one place where their parts meet."""

from collections.abc import Sequence

from agents.llm import profiles
from agents.llm.budget import Ledger, Limits
from agents.llm.cache import UnderstandingCache
from agents.llm.gateway import LiteLLMGateway
from agents.llm.proposal import Proposal
from agents.llm.router import Router
from agents.llm.understanding import ModelUnderstanding
from agents.understanding.protocol import Understanding
from runtime.clock import Clock
from runtime.settings import LLMSettings
from runtime.text.embedder import OfflineEmbedder


class Models:
    """The configured chain of models. ``router`` serves what else asks a model; nothing is loaded before ``start``."""

    def __init__(self, settings: LLMSettings, router: Router, clock: Clock, prompt: str | None) -> None:
        self.router = router
        self._settings = settings
        self._clock = clock
        self._prompt = prompt

    async def start(self, offline: Understanding) -> ModelUnderstanding:
        """Loads LiteLLM (seconds) and gives the understanding that stands on ``offline``.

        Raises ``SettingsError`` for a model that cannot be used, ``UnknownPromptError``.
        """
        await self.router.start()
        embedder = OfflineEmbedder()
        cache: UnderstandingCache[Proposal] = UnderstandingCache(lambda text: embedder.embed([text])[0], self._clock)
        settings = self._settings
        return ModelUnderstanding(
            self.router, offline, cache, when=settings.when, seconds=settings.seconds, prompt=self._prompt
        )

    async def close(self) -> None:
        """Closes the connections."""
        await self.router.close()


def transcriber(settings: LLMSettings, ledger: Ledger, clock: Clock) -> Router | None:
    """A router to the one model that writes recordings down; ``None`` without one. Raises ``SettingsError``."""
    profile = profiles.transcriber(settings)
    if profile is None:
        return None
    return Router([profile], LiteLLMGateway(clock), ledger, _limits(settings), clock)


def models(
    settings: LLMSettings,
    ledger: Ledger,
    clock: Clock,
    *,
    names: Sequence[str] | None = None,
    prompt: str | None = None,
) -> Models | None:
    """The models of the settings' chain, or of ``names`` in place of it; ``None`` when there are none.

    ``prompt`` names a version of the prompt other than the newest. Raises ``SettingsError``.
    """
    named = profiles.chain(settings, names)
    if not named:
        return None
    return Models(settings, Router(named, LiteLLMGateway(clock), ledger, _limits(settings), clock), clock, prompt)


def _limits(settings: LLMSettings) -> Limits:
    return Limits(settings.usd_a_day, settings.usd_a_conversation, settings.tokens_a_contact)
