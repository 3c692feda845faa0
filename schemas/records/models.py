"""What language models are asked and what it costs."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, TypedDict

from schemas.marks import Decimals, Doc

ModelOutcome = Literal["ok", "rate_limited", "overloaded", "timed_out", "rejected", "malformed", "runaway"]


class ModelCall(TypedDict):
    """One call of a language model, whatever came of it; keyed by the conversation. No word of it is kept."""

    call_id: Annotated[str, Doc("UUID of the call.")]
    conversation_id: Annotated[str | None, Doc("UUID of the conversation it was made for.")]
    purpose: Annotated[str, Doc("What it was for.")]
    profile: Annotated[str, Doc("The profile of the settings: claude, gpt, llama or local.")]
    model: Annotated[str, Doc("The model, as LiteLLM names it.")]
    prompt: Annotated[str, Doc("The prompt and its version.")]
    outcome: Annotated[ModelOutcome, Doc("ok, or how it failed.")]
    input_tokens: Annotated[int, Doc("Tokens read.")]
    output_tokens: Annotated[int, Doc("Tokens written.")]
    cost_usd: Annotated[Decimal, Decimals(14, 9), Doc("US dollars.")]
    duration_ms: Annotated[int, Doc("From the call to its whole answer or its failure.")]
    called_at: Annotated[datetime, Doc("When it was called.")]
