"""Whether a conversation came to what its scenario expects. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agents.evals.files import Expected, fill
from agents.evals.play import Played


def complaints(
    expected: Expected, played: Played, facts: Mapping[str, str], answers: Mapping[str, Sequence[Sequence[Any]]]
) -> list[str]:
    """What is wrong, one sentence each; empty when nothing is. ``answers`` has the oracles' rows by their names."""
    return [*_talk(expected, played, facts), *_database(expected, facts, answers)]


def _talk(expected: Expected, played: Played, facts: Mapping[str, str]) -> Iterator[str]:
    if expected.end is not None and played.end != expected.end:
        yield f"it ended {played.end}, not {expected.end}"
    taken = iter(played.flows)
    if missing := [flow for flow in expected.flows if flow not in taken]:
        yield f"the flows were {played.flows}: {missing[0]} is not there in that order"
    called = [call.tool for call in played.calls]
    for tool in expected.tools:
        if tool not in called:
            yield f"{tool} was not called"
    for tool in expected.never:
        if tool in called:
            yield f"{tool} was called"
    whole = "\n".join(played.replies)
    for words in expected.said:
        if fill(words, facts) not in whole:
            yield f"no reply says {fill(words, facts)!r}"
    for words in expected.unsaid:
        if fill(words, facts) in whole:
            yield f"a reply says {fill(words, facts)!r}"


def _database(
    expected: Expected, facts: Mapping[str, str], answers: Mapping[str, Sequence[Sequence[Any]]]
) -> Iterator[str]:
    for oracle in expected.database:
        rows = [[_plain(value) for value in row] for row in answers[oracle.name]]
        wanted = [[fill(value, facts) if isinstance(value, str) else value for value in row] for row in oracle.equals]
        if rows != wanted:
            yield f"{oracle.name}: the market has {rows}, not {wanted}"


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | str | bool) or value is None else str(value)
