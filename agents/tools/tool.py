"""A tool: a typed function of a ``Desk``, whose arguments and answer are kept as JSON for the record of the turn."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, is_dataclass
from functools import cached_property
from types import UnionType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from agents.tools.desk import Desk

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, eq=False)
class Tool(Generic[P, R_co]):
    """A tool named ``name``. ``writes`` says that it changes something; then it runs under the conversation's lock.

    Its annotations say how arguments and answer are kept: whatever pydantic keeps as JSON and reads back the same
    (dataclasses, decimals, dates, tuples). A union of dataclasses is kept with the name of the one that came.
    """

    name: str
    run: Callable[Concatenate[Desk, P], Awaitable[R_co]]
    writes: bool = False

    def bind(self, *args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
        """The arguments by name, defaults left out; raises ``TypeError`` for those the tool does not take."""
        return self._signature.bind(*args, **kwargs).arguments

    def asked(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as JSON."""
        return {name: self._adapters[name].dump_python(value, mode="json") for name, value in arguments.items()}

    def arguments(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments that ``asked`` gave; raises ``pydantic.ValidationError`` for JSON of another shape."""
        return {name: self._adapters[name].validate_python(value) for name, value in asked.items()}

    def gave(self, answer: object) -> Any:
        """The answer as JSON."""
        if not self._kinds:
            return self._adapters["return"].dump_python(answer, mode="json")
        kind = type(answer).__name__
        return {"kind": kind, "value": self._kinds[kind].dump_python(answer, mode="json")}

    def answer(self, gave: Any) -> R_co:
        """The answer that ``gave`` made; raises ``pydantic.ValidationError`` for JSON of another shape."""
        answer: R_co
        if self._kinds:
            answer = self._kinds[gave["kind"]].validate_python(gave["value"])
        else:
            answer = self._adapters["return"].validate_python(gave)
        return answer

    @cached_property
    def _signature(self) -> inspect.Signature:
        signature = inspect.signature(self.run)
        return signature.replace(parameters=list(signature.parameters.values())[1:])

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self.run)

    @cached_property
    def _adapters(self) -> dict[str, TypeAdapter[Any]]:
        names = (*self._signature.parameters, "return")
        return {name: TypeAdapter(self._hints[name]) for name in names}

    @cached_property
    def _kinds(self) -> dict[str, TypeAdapter[Any]]:
        """The adapters of a union of dataclasses, by the dataclass's name; empty for any other answer."""
        answer = self._hints["return"]
        if get_origin(answer) not in (Union, UnionType):
            return {}
        kinds = get_args(answer)
        return {kind.__name__: TypeAdapter(kind) for kind in kinds} if all(map(is_dataclass, kinds)) else {}


def read(function: Callable[Concatenate[Desk, P], Awaitable[R]]) -> Tool[P, R]:
    """Makes a tool of a function that only looks up."""
    return Tool(function.__name__, function)


def write(function: Callable[Concatenate[Desk, P], Awaitable[R]]) -> Tool[P, R]:
    """Makes a tool of a function that changes something: once for each ``desk.request``, however often it is called."""
    return Tool(function.__name__, function, writes=True)
