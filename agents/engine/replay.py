"""Decides a recorded turn again: exactly, from its record, or with another understanding."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import orjson

from agents.engine import record
from agents.engine.decide import decide
from agents.engine.turn import Turn
from agents.flows.catalogue import CATALOGUE
from agents.flows.registry import Flows
from agents.tools.desk import ToolUnavailable
from agents.tools.tool import Tool
from agents.understanding.protocol import Context, Understanding, Understood

R = TypeVar("R")
_REPLAY = "replay"
"""Stands for contact and conversation in the books of a model that is asked anew."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A turn decided again. ``differences`` are lines of ``-`` before and ``+`` now; empty when it is the same."""

    turn: Turn
    differences: tuple[str, ...]


class Recorded:
    """Answers tools from a turn's record. What the record does not have is as a database that does not answer."""

    def __init__(self, calls: list[dict[str, Any]]) -> None:
        self._left = list(calls)

    async def call(self, tool: Tool[..., R], arguments: Mapping[str, Any], request: UUID | None) -> R:
        """See ``Caller``: the first call left of that tool with those arguments; nothing is read or written."""
        asked = tool.asked(arguments)
        for call in self._left:
            if (call["tool"], call["asked"], call.get("request")) == (
                tool.name,
                asked,
                str(request) if request else None,
            ):
                self._left.remove(call)
                if "failed" in call:
                    raise ToolUnavailable(call["failed"])
                return tool.answer(call["gave"])
        raise ToolUnavailable(f"the record has no call of {tool.name} with {asked}")


class _AsBefore:
    """Understands as the record says it was understood."""

    def __init__(self, understood: Understood | None) -> None:
        self._understood = understood

    async def understand(self, text: str, context: Context) -> Understood:
        assert self._understood is not None, "a turn with words has an understanding"
        return self._understood


async def replay(
    seen: Mapping[str, Any], *, understanding: Understanding | None = None, flows: Flows = CATALOGUE
) -> Replayed | None:
    """The turn decided again; ``None`` for a silent one and for a record of another version.

    With ``understanding`` the words are understood anew, and tools answer only what they were asked before.
    """
    asked = record.read(seen)
    if asked is None:
        return None
    turn = await decide(
        asked.said,
        identity=asked.identity,
        memory=asked.memory,
        facts=asked.facts,
        tools=Recorded(seen["calls"]),
        understanding=understanding or _AsBefore(asked.understood),
        now=asked.now,
        anchors=seen.get("anchors", {}),
        flows=flows,
        conversation=_REPLAY,
        contact=_REPLAY,
    )
    return Replayed(turn, tuple(_differences(seen, turn.seen)))


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs of what was understood, asked of tools, said and remembered."""
    lines: list[str] = []
    for part in ("understood", "requests", "calls", "facts", "text", "after"):
        old, new = _shown(before.get(part)), _shown(now.get(part))
        if old != new:
            changed = difflib.unified_diff(old, new, lineterm="", n=0)
            lines += [f"{part}:", *(line for line in list(changed)[2:] if not line.startswith("@@"))]
    return lines


def _shown(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.split("\n")
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode().split("\n")
