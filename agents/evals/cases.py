"""Reads files of labelled messages: one JSON object a line, ``{"text", "flow", "flows", "entities"}``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.errors import UserError

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Case:
    """A message and what it means. ``flow`` is the first of ``flows``; ``None`` where no flow should be named.

    ``entities`` are values by name, ``None`` when the case does not say: then they are not measured.
    """

    text: str
    flow: str | None
    flows: tuple[str, ...]
    entities: Mapping[str, tuple[Value, ...]] | None


def lines(path: Path) -> list[tuple[str, str]]:
    """The lines of a file that are not blank, each with the words that name its place. Blocks.

    Raises ``UserError`` for a file that cannot be read or is not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8.") from error
    numbered = enumerate(text.replace("\r\n", "\n").split("\n"), 1)
    return [(f"{path}, line {number}", line) for number, line in numbered if line.strip()]


def read_cases(path: Path) -> list[Case]:
    """Every case of the file, blank lines aside. Raises ``UserError`` that names the line at fault. Blocks."""
    cases = [_case(line, where) for where, line in lines(path)]
    if not cases:
        raise UserError(
            f'{path} holds no cases: write one JSON object a line, such as {{"text": "oi", "flow": "greeting"}}.'
        )
    return cases


def _case(line: str, place: str) -> Case:
    try:
        stated = json.loads(line)
    except json.JSONDecodeError as error:
        raise UserError(f"{place} is not JSON: {error.msg} at character {error.pos + 1}.") from error
    if not isinstance(stated, dict) or not isinstance(stated.get("text"), str):
        raise UserError(f'{place} must be an object with a "text".')
    flows, flow = _flows(stated, place)
    return Case(stated["text"], flow, flows, _entities(stated.get("entities"), place))


def _flows(stated: dict[str, Any], place: str) -> tuple[tuple[str, ...], str | None]:
    """The flows in order and the first of them; either field may be left out, and none at all may be meant."""
    if "flow" not in stated and "flows" not in stated:
        raise UserError(f'{place} must say its "flow" or its "flows".')
    flows = stated.get("flows")
    if flows is None:
        flows = [stated["flow"]] if stated.get("flow") else []
    if not isinstance(flows, list) or not all(isinstance(flow, str) for flow in flows):
        raise UserError(f'{place}: "flows" must be a list of names.')
    flow = stated.get("flow", flows[0] if flows else None)
    if flow is not None and not isinstance(flow, str):
        raise UserError(f'{place}: "flow" must be a name.')
    return tuple(flows), flow or None


def _entities(stated: Any, place: str) -> dict[str, tuple[Value, ...]] | None:
    if stated is None:
        return None
    if not isinstance(stated, dict):
        raise UserError(f'{place}: "entities" must be an object of names and values.')
    return {name: _values(name, value, place) for name, value in stated.items()}


def _values(name: str, value: Any, place: str) -> tuple[Value, ...]:
    """One value or a list of them; ``null`` says there is none."""
    listed = value if isinstance(value, list) else [] if value is None else [value]
    if any(isinstance(one, bool) or not isinstance(one, str | int | float) for one in listed):
        raise UserError(f'{place}: the values of entity "{name}" must be texts or numbers.')
    return tuple(listed)
