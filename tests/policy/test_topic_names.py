"""A topic's name stands in the register and nowhere else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.topics import BY_NAME

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
CODE = ("connectors", "streams", "agents", "sinks", "backoffice", "store", "runtime", "deploy", "tests", "bench")


def names() -> set[str]:
    return set(BY_NAME) | {topic.dead_letter for topic in BY_NAME.values()}


def docstrings(tree: ast.AST) -> set[int]:
    """The identity of every constant that is a docstring: prose may name a topic."""
    found = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            found.add(id(body[0].value))
    return found


def literals(source: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(source)
    prose = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.lineno, node.value


def test_no_topic_name_is_written_outside_the_register() -> None:
    known = names()
    found = [
        f"{path.relative_to(ROOT)}:{line}: {value!r}; import the topic from schemas.topics instead"
        for folder in CODE
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line, value in literals(path.read_text(encoding="utf-8"))
        if value in known
    ]
    assert not found, "\n".join(found)


def test_the_check_sees_a_literal_but_not_prose() -> None:
    name = next(iter(BY_NAME))
    assert [value for _, value in literals(f'"""{name} in prose"""\nTOPIC = "{name}"\n')] == [name]
