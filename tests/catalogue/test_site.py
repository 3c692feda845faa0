"""The catalogue's pages as files: one for every topic, whole, safe, in Portuguese."""

import ast
import posixpath
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import orjson
import pytest

from backoffice.catalogue import commands, site, snippets
from backoffice.catalogue.fields import fields
from backoffice.catalogue.highlight import highlighted
from backoffice.catalogue.language import EN, PT, sentences
from backoffice.catalogue.register import Register, current
from runtime.errors import UserError
from schemas.access import consumer_group, public
from schemas.client.topics import constant_of
from schemas.events import PRICE_CHANGED
from schemas.rules import Between, Differ, Filled, Format, Together
from schemas.topic import Topic
from schemas.topics import INBOUND, TOPICS
from tests.catalogue.registers import EVIL, register_of, retired, table, visits

pytestmark = pytest.mark.unit


@cache
def files() -> dict[str, bytes]:
    return site.render(current(), live=False)


def page(name: str, folder: str = "") -> str:
    return files()[f"{folder}topics/{name}.html"].decode()


class Reader(HTMLParser):
    """Collects a page's words, ids, and addresses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name in ("href", "src", "data-index") and value]

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("span", "a", "b", "code", "title"):
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def pages(of: dict[str, bytes]) -> Iterator[tuple[str, Reader]]:
    for path, body in of.items():
        if path.endswith(".html"):
            yield path, Reader(body.decode())


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_topic_has_a_page_in_both_languages(topic: Topic) -> None:
    for language in (PT, EN):
        text = Reader(page(topic.name, language.folder)).text
        for field in fields(topic.value, language):
            assert field.name in text
            assert " ".join(language.told(field.doc).split()) in text


def test_a_public_topics_page_tells_its_contract() -> None:
    text = Reader(page(PRICE_CHANGED.name)).text
    for said in (
        "O preço de uma oferta ativa mudou",
        "Dono catalog",
        "30 dias",
        "FULL_TRANSITIVE",
        "decimal exato (12 dígitos, 2 após a vírgula) ou nulo",
        "after é no mínimo 0,01.",
        "pricing@balcao.example",
        f"balcao subscribe {PRICE_CHANGED.name} --team seu-time",
        "topics.PRICE_CHANGED",
        "21/11/2026 Primeira versão.",
        "sem dados pessoais",
    ):
        assert said in text, said


def test_an_internal_topic_is_not_offered_and_its_personal_fields_are_marked() -> None:
    text = Reader(page(INBOUND.name)).text
    assert "Tópico interno" in text
    assert "balcao subscribe" not in text
    assert "Dado pessoal: telefone." in text


def test_a_deprecated_topic_says_until_when_and_what_to_read() -> None:
    new = visits(name="visits.came.v2")
    found = site.render(register_of(new, retired(visits(), new, date(2027, 3, 1))), live=False)
    old = Reader(found["topics/visits.came.v1.html"].decode())
    assert "será desativado em 01/03/2027" in old.text
    assert "visits.came.v2.html" in old.links
    assert "em desativação" in Reader(found["index.html"].decode()).text
    assert "goes away on 1 March 2027" in Reader(found["en/topics/visits.came.v1.html"].decode()).text


def test_whatever_the_register_says_stays_text() -> None:
    found = site.render(register_of(table("doors", "streams.visits"), visits()), live=True)
    for path, read in pages(found):
        assert "<script>alert" not in found[path].decode(), path
        inline = [attributes for tag, attributes in read.tags if tag == "script" and "src" not in attributes]
        assert not inline, path
    assert EVIL in Reader(found["topics/visits.came.v1.html"].decode()).text
    assert highlighted({"a": EVIL}).count("<script") == 0


def test_pages_hold_nothing_that_their_policy_forbids() -> None:
    for path, read in pages(files()):
        for tag, attributes in read.tags:
            assert "style" not in attributes, f"{path}: <{tag}>"
            assert not [name for name in attributes if name.startswith("on")], f"{path}: <{tag}>"
            assert tag not in ("style", "iframe", "object"), path


def test_every_link_of_the_export_leads_to_a_file_and_a_place_in_it() -> None:
    places = {path: set(read.ids) for path, read in pages(files())}
    broken = []
    for path, read in pages(files()):
        for link in read.links:
            parts = urlsplit(link)
            if parts.scheme == "mailto":
                continue
            assert not parts.scheme, f"{path} loads {link}"
            target = posixpath.normpath(posixpath.join("/", posixpath.dirname(path), unquote(parts.path)))[1:]
            target = path if not parts.path else target
            if target not in files() or (parts.fragment and parts.fragment not in places[target]):
                broken.append(f"{path} -> {link}")
    assert not broken


def test_ids_are_unique_and_every_page_has_one_heading_and_a_title() -> None:
    for path, read in pages(files()):
        assert len(read.ids) == len(set(read.ids)), path
        assert [tag for tag, _ in read.tags].count("h1") == 1, path
        assert any(tag == "title" for tag, _ in read.tags), path


def test_the_search_knows_every_topic_field_and_word() -> None:
    index = orjson.loads(files()["assets/search.pt.json"])
    (found,) = [entry for entry in index if entry["name"] == PRICE_CHANGED.name]
    assert "preço" in found["text"]
    assert "price" in found["also"]
    assert ["minimum_quantity", "O mínimo de unidades por pedido."] in found["fields"]
    assert f"topics/{PRICE_CHANGED.name}.html" == found["url"]
    assert {entry["name"] for entry in index} == {topic.name for topic in TOPICS}


def told(register: Register) -> set[str]:
    found: set[str] = set()
    for topic in register.topics:
        rows = fields(topic.value, EN)
        found |= {topic.description, *(each.text for each in topic.revisions), *(row.doc for row in rows)}
        found |= {row.personal for row in rows if row.personal}
    found |= {team.description for team in register.teams.values()}
    return found | {each.purpose for each in register.subscriptions}


def test_every_sentence_of_the_register_has_its_portuguese(register: Register) -> None:
    missing = sorted(told(register) - set(sentences()))
    assert not missing, f"add their Portuguese to backoffice/catalogue/portuguese.json: {missing}"


def test_no_translation_is_left_over(register: Register) -> None:
    stale = sorted(set(sentences()) - told(register))
    assert not stale, f"nothing says this any more; remove it from backoffice/catalogue/portuguese.json: {stale}"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Between("n", least=1), "n é no mínimo 1."),
        (Between("n", most=5), "n é no máximo 5."),
        (Between("n", 1, 5), "n fica entre 1 e 5."),
        (Format("cnpj", "cnpj"), "cnpj é um CNPJ válido."),
        (Filled("a"), "a não fica em branco."),
        (Together(("a", "b")), "a e b vêm juntos ou não vêm."),
        (Differ("a", "b"), "a e b são diferentes."),
    ],
)
def test_rules_are_told_in_both_languages(rule: Between, said: str) -> None:
    assert PT.rule(rule) == said
    assert EN.rule(rule) == rule.text


def test_an_example_keeps_its_text_when_it_is_coloured() -> None:
    coloured = str(highlighted({"a": 'x: 1, \\ "q"', "b": [1, -2.5, None, True]}))
    assert "".join(Reader(coloured).words) == (
        '{\n  "a": "x: 1, \\\\ \\"q\\"",\n  "b": [\n    1,\n    -2.5,\n    null,\n    true\n  ]\n}'
    )
    assert re.findall(r'class="(.)"', coloured) == ["k", "t", "k", "n", "n", "w", "w"]


@pytest.mark.parametrize("topic", public(), ids=lambda topic: topic.name)
def test_the_python_snippet_is_python_for_our_client_and_every_snippet_names_a_group_the_team_may_use(
    topic: Topic,
) -> None:
    found = {each.id: each.code for each in snippets.snippets(topic, "guards")}
    ast.parse(found["python"])
    assert f"topics.{constant_of(topic)}," in found["python"]
    assert all(consumer_group("guards", topic.name) in code for code in found.values())


def test_the_export_is_written_replaced_and_never_over_something_else(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    count = commands.export(folder)
    assert count == sum(path.is_file() for path in folder.rglob("*"))
    (folder / "topics" / "gone.v1.html").write_text("old")
    assert commands.export(folder) == count
    assert not (folder / "topics" / "gone.v1.html").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="holds something else"):
        commands.export(other)
