"""Wires the understanding of settings: models when some are configured, else the offline one alone."""

from collections.abc import Sequence

from agents.llm.budget import Ledger, Limits
from agents.llm.cache import UnderstandingCache
from agents.llm.gateway import LiteLLMGateway
from agents.llm.profiles import chain
from agents.llm.proposal import Proposal
from agents.llm.router import Router
from agents.llm.understanding import ModelUnderstanding
from agents.understanding.protocol import Understanding
from runtime.clock import Clock
from runtime.settings import LLMSettings
from runtime.text.embedder import OfflineEmbedder


def model_router(
    settings: LLMSettings, ledger: Ledger, clock: Clock, *, models: Sequence[str] | None = None
) -> Router | None:
    """The router over the configured profiles, not started; ``None`` when there are none.

    ``models`` names the profiles in place of the settings' chain. Raises ``SettingsError``.
    """
    profiles = chain(settings, models)
    if not profiles:
        return None
    limits = Limits(settings.usd_a_day, settings.usd_a_conversation, settings.tokens_a_contact)
    return Router(profiles, LiteLLMGateway(clock), ledger, limits, clock)


def model_understanding(
    settings: LLMSettings, router: Router, offline: Understanding, clock: Clock, *, prompt: str | None = None
) -> ModelUnderstanding:
    """The understanding over a router; ``prompt`` names a version other than the newest."""
    embedder = OfflineEmbedder()
    cache: UnderstandingCache[Proposal] = UnderstandingCache(lambda text: embedder.embed([text])[0], clock)
    return ModelUnderstanding(router, offline, cache, when=settings.when, seconds=settings.seconds, prompt=prompt)
