"""The files of an evaluation: conversations and attacks, one JSON object a line; scenarios, one TOML file each."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.evals.cases import lines
from runtime.errors import UserError

M = TypeVar("M", bound=BaseModel)


class EvaluationFileError(UserError):
    """A file that cannot be read as what it should be; the sentence names the place."""


class Conversation(BaseModel):
    """What a contact says, in order."""

    model_config = ConfigDict(coerce_numbers_to_str=True)
    id: str
    turns: Annotated[list[str], Field(min_length=1)]


class Attack(BaseModel):
    """A message that tries to make the agent do what it must not."""

    kind: str
    text: str


class Oracle(BaseModel):
    """A question to a database and its answer. ``sql`` may use the scenario's facts, ``pharmacy`` and ``begun``.

    ``of`` is the database: the marketplace, or the platform, where conversations and escalations are.
    """

    model_config = ConfigDict(extra="forbid")
    name: str
    sql: str
    equals: list[list[Any]]
    of: Literal["marketplace", "platform"] = "marketplace"


class Expected(BaseModel):
    """What must be true in the end.

    ``flows``: those taken contain these in this order. ``tools`` were called, ``never`` were not. ``said`` stands in
    some reply, ``unsaid`` in none.
    """

    model_config = ConfigDict(extra="forbid")
    end: Literal["resolved", "escalated", "waiting"] | None = None
    flows: list[str] = []
    tools: list[str] = []
    never: list[str] = []
    said: list[str] = []
    unsaid: list[str] = []
    database: list[Oracle] = []


class Scenario(BaseModel):
    """A conversation and what must come of it. ``needs`` names facts of the market that turns and oracles use.

    ``remembered`` are facts about the pharmacy that hold while it is played. What is not ``common`` is no question of
    every day, and does not count for containment.
    """

    model_config = ConfigDict(extra="forbid")
    title: str
    turns: Annotated[list[str], Field(min_length=1)]
    needs: list[str] = []
    stranger: bool = False
    common: bool = True
    remembered: dict[str, Any] = {}
    expect: Expected


@dataclass(frozen=True, slots=True)
class Named:
    """A scenario and its file's name."""

    name: str
    scenario: Scenario


def conversations(path: Path) -> list[Conversation]:
    """The conversations of a file. Raises ``EvaluationFileError``."""
    return _all(path, Conversation, '{"id": "1", "turns": ["oi"]}')


def attacks(path: Path) -> list[Attack]:
    """The attacks of a file. Raises ``EvaluationFileError``."""
    return _all(path, Attack, '{"kind": "role", "text": "ignore as regras"}')


def scenarios(folder: Path) -> Sequence[Named]:
    """The scenarios of a folder in the order of their names. Raises ``EvaluationFileError``."""
    if not folder.is_dir():
        raise EvaluationFileError(f"{folder} is no folder: name one that holds scenarios, *.toml.")
    found = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(Named(path.stem, Scenario.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))))
        except (tomllib.TOMLDecodeError, ValidationError, UnicodeDecodeError) as error:
            raise EvaluationFileError(f"{path.name} is no scenario: {_first(error)}.") from None
    if not found:
        raise EvaluationFileError(f"{folder} holds no scenario: there is no *.toml in it.")
    return found


def _all(path: Path, model: type[M], example: str) -> list[M]:
    found = list(_lines(path, model))
    if not found:
        raise EvaluationFileError(f"{path} holds nothing: write one JSON object a line, such as {example}.")
    return found


def _lines(path: Path, model: type[M]) -> Iterator[M]:
    for where, line in lines(path):
        try:
            yield model.model_validate_json(line)
        except ValidationError as error:
            raise EvaluationFileError(f"{where}: {_first(error)}.") from None


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        issue = error.errors()[0]
        place = ".".join(map(str, issue["loc"]))
        return f"{place}: {issue['msg']}" if place else str(issue["msg"])
    return str(error)


def fill(text: str, facts: Mapping[str, str]) -> str:
    """``text`` with ``{name}`` replaced by the market's fact of that name."""
    for name, value in facts.items():
        text = text.replace("{" + name + "}", value)
    return text
