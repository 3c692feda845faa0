"""Tools on the real databases."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from agents.tools.desk import Desk
from agents.tools.tool import Tool

R = TypeVar("R")


class Live:
    """Calls tools at the desk ``desk`` gives. A write first awaits ``hold``, which takes the conversation's lock."""

    def __init__(self, desk: Callable[[], Desk], hold: Callable[[], Awaitable[None]]) -> None:
        self._desk = desk
        self._hold = hold

    async def call(self, tool: Tool[..., R], arguments: Mapping[str, Any], request: UUID | None) -> R:
        """See ``Caller``; raises what ``hold`` raises."""
        if tool.writes:
            await self._hold()
        return await tool.run(replace(self._desk(), request=request), **arguments)
