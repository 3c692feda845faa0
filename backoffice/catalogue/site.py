"""The whole catalogue as files: the same pages are served and exported."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import orjson

from backoffice.catalogue.language import EN, LANGUAGES, PT, Language
from backoffice.catalogue.page import domains, topic_page
from backoffice.catalogue.register import Register
from backoffice.catalogue.search import index
from schemas import asyncapi

HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
"""What a page may load: nothing that is not the catalogue's own."""
MISSING = "404.html"
DOCUMENT = asyncapi.FILE


def render(register: Register, *, live: bool, absolute: str = "/") -> dict[str, bytes]:
    """Every file of the site by its path. ``live`` pages ask the server that serves them for figures.

    ``absolute`` is where the site will be found: the page for what is not found is shown under any address, so its
    links start there; all other links are relative. Raises ``KeyError`` for a register that names an unknown team.
    """
    files = {path: text.encode() for language in LANGUAGES for path, text in _pages(register, language, live, absolute)}
    for language in LANGUAGES:
        files[f"assets/search.{language.code}.json"] = orjson.dumps(index(register, language))
    files |= {
        f"assets/{path.name}": path.read_bytes() for path in sorted((HERE / "assets").iterdir()) if path.is_file()
    }
    contract = asyncapi.document(
        register.topics, register.examples, register.owners, register.teams, register.subscriptions
    )
    files[DOCUMENT] = orjson.dumps(contract, option=orjson.OPT_INDENT_2)
    return files


def _pages(register: Register, language: Language, live: bool, absolute: str) -> Iterator[tuple[str, str]]:
    def page(template: str, path: str, root: str | None = None, **more: Any) -> tuple[str, str]:
        above = "../" * (len(language.folder.split("/")) - 1 + path.count("/")) if root is None else root
        values = {**_common(language), "root": above or "./", "home": f"{above or './'}{language.folder}"}
        return f"{language.folder}{path}", _templates().get_template(template).render(
            **values, path=path, live=live, **more
        )

    groups = domains(register, language)
    public = sum(group.public for group in groups)
    teams = len({each.team for each in register.subscriptions})
    counts = {"public": public, "internal": len(register.topics) - public, "teams": teams}
    yield page("index.html", "index.html", domains=groups, counts=counts)
    yield page("missing.html", MISSING, absolute)
    for topic in register.topics:
        yield page("topic.html", f"topics/{topic.name}.html", page=topic_page(register, topic, language))


def _common(language: Language) -> Mapping[str, Any]:
    other = EN if language is PT else PT
    return {"language": language, "other": other, "languages": LANGUAGES, "say": language.say, "policy": POLICY}


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
