"""What is derived: in step with the register, importable, deterministic, and refused where it would mislead."""

import dataclasses
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, TypedDict

import balcao_events
import pytest
from balcao_events import topics
from balcao_events.records.catalog import PriceChanged

from schemas import client, derive
from schemas.client.module import base_module, domain_module
from schemas.client.topics import constant_of, topics_module
from schemas.client.version import version
from schemas.events import PRICE_CHANGED, STOCK_CHANGED
from schemas.marks import Decimals, Default, Doc, Personal
from schemas.records.event import EventEnvelope
from schemas.topic import Revision, Topic, Visibility
from schemas.topics import TOPICS

pytestmark = pytest.mark.unit


class Line(TypedDict):
    """One line."""

    amount: Annotated[Decimal, Decimals(12, 2), Doc("BRL.")]


class Sale(EventEnvelope):
    """A sale."""

    lines: Annotated[list[Line], Doc("What was sold.")]
    by: Annotated[str | None, Doc("Who."), Personal("A person's name.")]
    kind: Annotated[Literal["new", "unknown"], Doc('Which "kind".'), Default("unknown")]
    tags: Annotated[dict[str, str], Doc("Words.")]


SALE = dataclasses.replace(PRICE_CHANGED, name="sales.made.v1", value=Sale)


def test_the_committed_files_are_what_the_register_renders() -> None:
    wanted = client.rendered()
    stale = [path.name for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    assert stale == [], "run `make derive` and commit what it writes"
    assert set(wanted) <= set(derive.rendered()), "schemas/derive.py must derive the client too"
    assert set(client.present()) <= set(wanted), "these files belong to no topic"


def test_exactly_the_public_topics_are_there() -> None:
    assert set(topics.BY_NAME) == {topic.name for topic in TOPICS if topic.visibility is Visibility.PUBLIC}
    for topic in client.PUBLIC:
        assert getattr(topics, constant_of(topic)) is topics.BY_NAME[topic.name]


def test_a_removed_topics_files_are_left_over_and_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PACKAGE", tmp_path)
    before = client.rendered((PRICE_CHANGED, SALE))
    for path, text in before.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    left = set(client.present()) - set(client.rendered((PRICE_CHANGED,)))
    assert {path.name for path in left} == {"sales.py", f"{SALE.name}.avsc"}


def test_a_record_has_the_types_docs_and_defaults_of_the_register() -> None:
    space: dict[str, object] = {"__name__": "balcao_events.records.sales"}
    source = domain_module("sales", [SALE]).replace(", slots=True", "")  # a class made twice has no slots to share
    exec(compile(source, "sales", "exec"), space)
    assert 'lines: tuple[Line, ...]\n    """What was sold."""' in source
    assert 'kind: SaleKind = "unknown"\n    """Which \'kind\'."""' in source
    assert "by: str | None = field(default=None, repr=False)" in source
    assert "Personal data: A person's name." in source
    assert "tags: Mapping[str, str]" in source
    assert source.index("class Line") < source.index("class Sale")


def test_a_record_is_frozen_and_small() -> None:
    assert not hasattr(PriceChanged, "__dict__") or "__dict__" not in dir(PriceChanged)
    assert dataclasses.fields(PriceChanged)[0].kw_only
    with pytest.raises(dataclasses.FrozenInstanceError):
        object.__new__(PriceChanged).id = "x"  # type: ignore[misc]


def test_a_deprecated_topic_says_so() -> None:
    old = dataclasses.replace(SALE, sunset=date(2027, 3, 1), successor=STOCK_CHANGED.name)
    said = " ".join(domain_module("sales", [old]).split())
    assert f"it ends on 2027-03-01, ``{STOCK_CHANGED.name}`` replaces it" in said
    assert "sunset=date(2027, 3, 1)" in topics_module([old])
    shown = dataclasses.replace(topics.PRICE_CHANGED, sunset=date(2027, 3, 1), successor="b")
    config = balcao_events.Config(bootstrap="b", registry="http://r")
    with pytest.warns(DeprecationWarning, match="ends on 2027-03-01; use b"):
        balcao_events.Consumer(shown, group="g", config=config)


def test_rendering_refuses_what_would_mislead() -> None:
    with pytest.raises(TypeError, match=r"must be an event; it lacks \['id', 'lsn'"):
        domain_module("sales", [dataclasses.replace(SALE, value=Line)])
    with pytest.raises(ValueError, match="give each version its own name"):
        domain_module("sales", [SALE, dataclasses.replace(SALE, name="sales.made.v2")])
    with pytest.raises(ValueError, match="two public topics would be SALE"):
        topics_module([SALE, dataclasses.replace(SALE, name="other.made.v2")])


def test_the_version_follows_the_register() -> None:
    def revised(*days: int) -> Topic:
        return dataclasses.replace(SALE, revisions=tuple(Revision(date(2027, 1, day), "r.") for day in days))

    assert version([revised(1), revised(1)]) == "1.1.20270101.2"
    assert version([revised(1, 2), revised(1)]) == "1.1.20270102.1"
    assert balcao_events.__version__ == version(client.PUBLIC)


def test_the_base_carries_the_envelope() -> None:
    assert all(f"    {field}: " in base_module() for field in EventEnvelope.__annotations__)
