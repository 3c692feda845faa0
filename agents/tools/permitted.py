"""A flow's tools: those it declares and no other, each call noted whole for the record of the turn."""

from collections.abc import Collection, Mapping
from typing import Any, ParamSpec, Protocol, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from agents.tools.desk import ToolUnavailable
from agents.tools.tool import Tool

P = ParamSpec("P")
R = TypeVar("R")
_REQUESTS = uuid5(NAMESPACE_URL, "balcao:request")


class ToolNotAllowedError(Exception):
    """A flow called a tool that it does not declare, or a write that has to be confirmed: a mistake in the flow."""


class Caller(Protocol):
    """Answers a tool's call: on the databases, from a record, or in a test from memory."""

    async def call(self, tool: Tool[..., R], arguments: Mapping[str, Any], request: UUID | None) -> R:
        """What the tool gives; ``request`` identifies a write, and is ``None`` for a read.

        Raises ``ToolUnavailable`` when what the tool asks did not answer in time.
        """
        ...


class Permitted:
    """The tools of a flow: ``await use(find_orders, "10000482")``. ``calls`` holds each call, as JSON.

    A call is ``{"tool", "asked", "gave"}``, or with ``failed`` in the place of ``gave``; a write's has ``request``.
    ``anchor`` names what the writes are for: a turn that is decided again gives a write the same request id.
    """

    def __init__(self, caller: Caller, allowed: Collection[Tool[..., Any]], anchor: str = "") -> None:
        self._caller = caller
        self._allowed = frozenset(tool.name for tool in allowed)
        self._anchor = anchor
        self._writes = 0
        self.calls: list[dict[str, Any]] = []

    async def __call__(self, tool: Tool[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Calls the tool.

        Raises ``ToolNotAllowedError`` for one that the flow does not declare, ``ToolUnavailable`` when it does not
        answer in time.
        """
        if tool.name not in self._allowed:
            raise ToolNotAllowedError(
                f"the flow does not declare the tool {tool.name}, or it has to be confirmed first"
            )
        arguments = tool.bind(*args, **kwargs)
        call: dict[str, Any] = {"tool": tool.name, "asked": tool.asked(arguments)}
        request: UUID | None = None
        if tool.writes:
            request = request_id(self._anchor, tool.name, self._writes)
            call["request"] = str(request)
            self._writes += 1
        self.calls.append(call)
        try:
            answer = await self._caller.call(tool, arguments, request)
        except ToolUnavailable as error:
            call["failed"] = str(error)
            raise
        call["gave"] = tool.gave(answer)
        return answer


def request_id(anchor: str, tool: str, number: int) -> UUID:
    """The id of the ``number``-th write, from 0, that ``anchor`` stands for."""
    return uuid5(_REQUESTS, f"{anchor}:{tool}:{number}")
