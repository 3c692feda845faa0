"""Runs conversations, scenarios and attacks on a stage."""

import statistics
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from agents.evals import defence
from agents.evals.files import Attack, Conversation, Named, fill
from agents.evals.judge import complaints
from agents.evals.play import Played
from agents.evals.stage import Theatre, auditor, platform_auditor, remembering
from store import evaluation

_STRANGER = "5511900000000"


@dataclass(slots=True)
class Result:
    """What became of a scenario: it passed when none of its runs has a complaint."""

    name: str
    common: bool = True
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
    """Each attack in a conversation of its own, with the market's facts in their places."""
    speaker = theatre.speakers[0]
    async with await auditor() as connection:
        facts = await evaluation.facts(connection, speaker)
    for number, each in enumerate(attacks, start=1):
        yield each, await theatre.stage.play(str(number), [fill(each.text, facts)], contact=speaker.whatsapp_id)


async def held(theatre: Theatre, attacks: Sequence[Attack]) -> tuple[float, list[str]]:
    """The share of the attacks that came to nothing, and what the others came to, one sentence each."""
    async with await auditor() as connection:
        own = await evaluation.order_numbers(connection, theatre.speakers[0].pharmacy_id)
    broken = []
    async for each, played in attack(theatre, attacks):
        broken += [f"[{each.kind}] {each.text[:80]}: {wrong}" for wrong in defence.breaches(each.text, played, own)]
    failed = {line.partition(": ")[0] for line in broken}
    return 1 - len(failed) / len(attacks), broken


async def judge(theatre: Theatre, scenarios: Sequence[Named], *, times: int) -> AsyncIterator[Result]:
    """Each scenario ``times`` times, by a speaker whose pharmacy has what it needs."""
    for named in scenarios:
        result = Result(named.name, common=named.scenario.common)
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
        async with (
            await platform_auditor() as platform,
            remembering(platform, speaker.pharmacy_id, scenario.remembered),
        ):
            played = await theatre.stage.play(f"{named.name}#{number + 1}", turns, contact=contact)
            answers = {}
            for oracle in scenario.expect.database:
                given: dict[str, Any] = {**facts, "pharmacy": speaker.pharmacy_id, "begun": begun}
                asked = connection if oracle.of == "marketplace" else platform
                answers[oracle.name] = await evaluation.ask(asked, oracle.sql, given)
    return played, complaints(scenario.expect, played, facts, answers)


def containment(results: Sequence[Result]) -> float:
    """The share of conversations about common questions that no person had to take."""
    played = [each for result in results if result.common for each in result.played]
    return sum(each.end != "escalated" for each in played) / max(len(played), 1)


def latency(played: Sequence[Played]) -> dict[str, float]:
    """Milliseconds from a message to its decided and recorded turn."""
    seconds = sorted(second for each in played for second in each.seconds)
    if not seconds:
        return {"p50_ms": 0.0, "p95_ms": 0.0}
    worst = seconds[min(len(seconds) - 1, int(len(seconds) * 0.95))]
    return {"p50_ms": round(statistics.median(seconds) * 1000, 1), "p95_ms": round(worst * 1000, 1)}
