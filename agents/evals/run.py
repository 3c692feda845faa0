"""Runs conversations, scenarios and attacks on a stage."""

import statistics
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from agents.evals.files import Attack, Conversation, Named, fill
from agents.evals.judge import complaints
from agents.evals.play import Played
from agents.evals.stage import Theatre, auditor
from store import evaluation

_STRANGER = "5511900000000"


@dataclass(slots=True)
class Result:
    """What became of a scenario: it passed when none of its runs has a complaint."""

    name: str
    runs: list[list[str]] = field(default_factory=list)
    played: list[Played] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every run came to what was expected (pass^k)."""
        return not any(self.runs)


async def talk(theatre: Theatre, conversations: Sequence[Conversation]) -> AsyncIterator[Played]:
    """Each conversation, said by the contact whose pharmacy's orders are in most states."""
    contact = theatre.speakers[0].whatsapp_id
    for conversation in conversations:
        yield await theatre.stage.play(conversation.id, conversation.turns, contact=contact)


async def attack(theatre: Theatre, attacks: Sequence[Attack]) -> AsyncIterator[tuple[Attack, Played]]:
    """Each attack in a conversation of its own."""
    contact = theatre.speakers[0].whatsapp_id
    for number, each in enumerate(attacks, start=1):
        yield each, await theatre.stage.play(str(number), [each.text], contact=contact)


async def judge(theatre: Theatre, scenarios: Sequence[Named], *, times: int) -> AsyncIterator[Result]:
    """Each scenario ``times`` times, by a speaker whose pharmacy has what it needs."""
    for named in scenarios:
        result = Result(named.name)
        for number in range(times):
            played, wrong = await _once(theatre, named, number)
            result.runs.append(wrong)
            if played is not None:
                result.played.append(played)
        yield result


async def _once(theatre: Theatre, named: Named, number: int) -> tuple[Played | None, list[str]]:
    scenario = named.scenario
    async with await auditor() as connection:
        for speaker in await evaluation.speakers(connection):
            facts = await evaluation.facts(connection, speaker)
            if all(name in facts for name in scenario.needs):
                break
        else:
            return None, [f"no pharmacy of this market has {', '.join(scenario.needs)}"]
        begun = datetime.now(UTC)
        contact = _STRANGER if scenario.stranger else speaker.whatsapp_id
        turns = [fill(text, facts) for text in scenario.turns]
        played = await theatre.stage.play(f"{named.name}#{number + 1}", turns, contact=contact)
        answers = {}
        for oracle in scenario.expect.database:
            given: dict[str, Any] = {**facts, "pharmacy": speaker.pharmacy_id, "begun": begun}
            answers[oracle.name] = await evaluation.ask(connection, oracle.sql, given)
    return played, complaints(scenario.expect, played, facts, answers)


def containment(played: Sequence[Played]) -> float:
    """The share of conversations that no person had to take."""
    return sum(each.end != "escalated" for each in played) / max(len(played), 1)


def latency(played: Sequence[Played]) -> dict[str, float]:
    """Milliseconds from a message to its decided and recorded turn."""
    seconds = sorted(second for each in played for second in each.seconds)
    if not seconds:
        return {"p50_ms": 0.0, "p95_ms": 0.0}
    worst = seconds[min(len(seconds) - 1, int(len(seconds) * 0.95))]
    return {"p50_ms": round(statistics.median(seconds) * 1000, 1), "p95_ms": round(worst * 1000, 1)}
