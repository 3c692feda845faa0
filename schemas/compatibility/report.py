"""A comparison as people and as programs read it."""

from collections.abc import Iterator, Sequence
from typing import Any

from schemas.compatibility.compare import Compared
from schemas.compatibility.verdict import Difference, First, Verdict

_ORDER = {
    First.EITHER: "",
    First.PRODUCERS: "producers deploy first",
    First.CONSUMERS: "consumers deploy first",
    First.NOBODY: "",
}
_NEEDED = {
    First.EITHER: "",
    First.PRODUCERS: "it would need producers to deploy first",
    First.CONSUMERS: "it would need consumers to deploy first",
    First.NOBODY: "no order of deploying helps",
}


def lines(found: Sequence[Compared]) -> Iterator[str]:
    """The report for people: a topic a paragraph, a difference a line, and what to do below it. Pure."""
    for topic in found:
        yield f"{topic.topic} ({topic.visibility}, {topic.level}): {topic.verdict.value}"
        for each in topic.differences:
            if each.verdict is Verdict.COMPATIBLE:
                yield f"  {each.verdict.value}: {each.what} ({each.why})"
                continue
            yield f"  {each.verdict.value}: {each.what}"
            yield f"    why: {each.why}"
            if each.verdict is not Verdict.UNTOLD and (hint := _hint(each)):
                yield f"    {hint}"
            if each.remedy:
                yield f"    instead: {each.remedy}"
    yield summary(found)


def summary(found: Sequence[Compared]) -> str:
    """How many topics differ, and how."""
    if not found:
        return "the register says what it said: nothing changed"
    counts = {verdict: sum(topic.verdict is verdict for topic in found) for verdict in Verdict}
    said = ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items() if count)
    return f"{len(found)} topic{'' if len(found) == 1 else 's'} changed: {said}"


def document(found: Sequence[Compared]) -> list[dict[str, Any]]:
    """The report for programs: JSON values with the same words. Pure."""
    return [
        {
            "topic": topic.topic,
            "visibility": topic.visibility,
            "compatibility": topic.level,
            "verdict": topic.verdict.value,
            "differences": [
                {
                    "what": each.what,
                    "verdict": each.verdict.value,
                    "why": each.why,
                    "first": each.first.value,
                    "breaks": list(each.breaks),
                    "instead": each.remedy,
                }
                for each in topic.differences
            ],
        }
        for topic in found
    ]


def _hint(each: Difference) -> str:
    who = ", ".join(each.breaks)
    if each.verdict is Verdict.BREAKING:
        parts = [f"breaks {who}" if who else "no declared reader", _NEEDED[each.first]]
    else:
        parts = [f"{_ORDER[each.first]}: {who}" if who and _ORDER[each.first] else _ORDER[each.first]]
    return "; ".join(part for part in parts if part)
