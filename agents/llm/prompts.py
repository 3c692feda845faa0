"""Prompts as versioned files, ``prompts/<name>/<version>.md``: a published one is never edited, only followed."""

from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined

from runtime.errors import UserError


class UnknownPromptError(UserError):
    """No such prompt or version."""


@cache
def versions(name: str) -> tuple[str, ...]:
    """The versions of a prompt, oldest first. Raises ``UnknownPromptError``."""
    folder = resources.files("agents.llm").joinpath("prompts", name)
    if not folder.is_dir():
        raise UnknownPromptError(f"there is no prompt {name}.")
    found = [entry.name.removesuffix(".md") for entry in folder.iterdir() if entry.name.endswith(".md")]
    return tuple(sorted(found, key=lambda version: int(version.removeprefix("v"))))


def render(name: str, version: str | None = None, **values: object) -> str:
    """The text of a prompt with ``values`` in place; the newest version when none is named.

    Raises ``UnknownPromptError``; a value the prompt asks for and does not get raises jinja2's ``UndefinedError``.
    """
    version = version or versions(name)[-1]
    if version not in versions(name):
        raise UnknownPromptError(f"the prompt {name} has no version {version}: it has {', '.join(versions(name))}.")
    text = resources.files("agents.llm").joinpath("prompts", name, f"{version}.md").read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - not HTML
    return environment.from_string(text).render(**values).strip()
