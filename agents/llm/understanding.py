"""A model's understanding of a message, with the offline one before it, beside it and behind it."""

from collections.abc import Sequence
from typing import Literal

import structlog

from agents.llm import prompts
from agents.llm.budget import Scope
from agents.llm.cache import Key, UnderstandingCache
from agents.llm.completion import Completion, MalformedAnswer, Message, Request
from agents.llm.meanings import MEANINGS
from agents.llm.proposal import REPORT, Proposal, ground, parse
from agents.llm.router import NoModelError, Purpose, Router
from agents.understanding.normalise import fold, tokens
from agents.understanding.protocol import Context, Understanding, Understood
from runtime import metrics
from runtime.text.redaction import redact

log = structlog.get_logger(__name__)

PROMPT = "understanding"
_SURE = 0.85
_LEANS_UNDER = 6
"""Messages of fewer words are read with the conversation so far: they lean on it."""
_LONGEST = 4_000
_NEGATIONS = frozenset({"nao", "nem", "nunca", "sem", "nada", "nenhum", "nenhuma", "ninguem"})


class ModelUnderstanding:
    """Implements ``Understanding``. When no model answers in time, the offline understanding's answer stands.

    With ``when="unsure"`` a message that the offline understanding is sure of asks no model.
    """

    def __init__(
        self,
        router: Router,
        offline: Understanding,
        cache: UnderstandingCache[Proposal],
        *,
        when: Literal["unsure", "always"] = "unsure",
        seconds: float = 6.0,
        prompt: str | None = None,
    ) -> None:
        """``prompt`` names a version of the prompt; the newest when left out. Raises ``UnknownPromptError``."""
        self._router = router
        self._offline = offline
        self._cache = cache
        self._when = when
        self._seconds = seconds
        self.version = prompt or prompts.versions(PROMPT)[-1]
        prompts.render(PROMPT, self.version, flows=MEANINGS, leaning=False)

    async def understand(self, text: str, context: Context) -> Understood:
        """See ``Understanding``. Takes at most ``seconds``."""
        offline = await self._offline.understand(text, context)
        if self._when == "unsure" and not offline.abstained and offline.confidence >= _SURE:
            return offline
        words = redact(text[:_LONGEST]).text
        key = self._key(words, context, offline)
        proposal = self._cache.get(key)
        metrics.LLM_CACHE.labels("miss" if proposal is None else "hit").inc()
        model = "cache"
        if proposal is None:
            try:
                completion = await self._ask(words, context)
            except NoModelError as error:
                log.warning("no model answered; the offline understanding stands", reasons=error.reasons)
                return offline
            proposal, model = parse(completion.arguments or {}), completion.model
            self._cache.put(key, proposal)
        return self._understood(proposal, text, offline, f"{model} {PROMPT}/{self.version}")

    async def _ask(self, words: str, context: Context) -> Completion:
        leaning = _leans(words, context)
        system = prompts.render(
            PROMPT,
            self.version,
            flows=MEANINGS,
            leaning=leaning,
            window=[redact(line).text for line in context.window] if leaning else [],
            awaiting=context.awaiting,
            slot=context.awaiting_slot,
        )
        said = f"<mensagem>\n{words.replace('</mensagem>', '')}\n</mensagem>"
        request = Request((Message("system", system), Message("user", said)), tool=REPORT)
        purpose = Purpose(
            name=PROMPT,
            prompt=f"{PROMPT}/{self.version}",
            scope=Scope(context.conversation or "", context.contact or ""),
        )
        return await self._router.complete(request, purpose, seconds=self._seconds, check=_check)

    def _key(self, words: str, context: Context, offline: Understood) -> Key:
        folded = tokens(fold(words))
        numbers = tuple(word for word in folded if any(char.isdigit() for char in word))
        denied = tuple(word for word in folded if word in _NEGATIONS)
        situation: Sequence[object] = (
            self.version,
            tuple(self._router.models),
            context.awaiting,
            context.awaiting_slot,
        )
        if _leans(words, context):
            return Key((*situation, tuple(context.window), tuple(folded)), None, words)
        named = (str(offline.entities.as_dict()), offline.flow, "?" in words)
        return Key((*situation, tuple(folded)), (*situation, numbers, denied, *named), " ".join(folded))

    def _understood(self, proposal: Proposal, text: str, offline: Understood, source: str) -> Understood:
        confidences: dict[str, float] = {}
        for asked in proposal.requests:
            confidences.setdefault(asked.flow, asked.confidence)
        flows = tuple(confidences)
        return Understood(
            flow=flows[0] if flows else None,
            flows=flows,
            entities=ground(proposal, text, offline.entities),
            confidence=confidences[flows[0]] if flows else 0.0,
            abstained=not flows,
            source=source,
            scores=offline.scores,
            confidences=confidences,
            tone=proposal.tone if offline.tone == "neutral" else offline.tone,
            corrects=proposal.corrects or offline.corrects,
        )


def _leans(words: str, context: Context) -> bool:
    return bool(context.window) and (context.awaiting is not None or len(tokens(fold(words))) < _LEANS_UNDER)


def _check(completion: Completion) -> None:
    if completion.arguments is None:
        raise MalformedAnswer("no report")
    parse(completion.arguments)
