"""The flows an agent has, by the names of understanding they serve."""

from collections.abc import Sequence

from agents.flows.flow import Flow


class Flows:
    """``flows`` in order of precedence: the first that serves a name has it. ``otherwise`` takes names without one."""

    def __init__(self, flows: Sequence[Flow], *, otherwise: Flow) -> None:
        self.otherwise = otherwise
        self._named = {flow.name: flow for flow in (*flows, otherwise)}
        self._serving = {name: flow for flow in reversed((*flows, otherwise)) for name in flow.serves}
        if len(self._named) != len(flows) + (otherwise not in flows):
            raise ValueError("two flows have one name")

    def serving(self, name: str) -> Flow:
        """The flow for a name that understanding gives."""
        return self._serving.get(name, self.otherwise)

    def named(self, name: str) -> Flow | None:
        """The flow of that name; ``None`` for one that is no more."""
        return self._named.get(name)
