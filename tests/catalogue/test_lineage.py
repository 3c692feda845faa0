"""Where a topic comes from and who makes what of it, and how that is drawn."""

import re

import pytest

from backoffice.catalogue import diagram
from backoffice.catalogue.drawing import broken
from backoffice.catalogue.language import PT
from backoffice.catalogue.lineage import lineage
from backoffice.catalogue.register import Register
from schemas.captured import CAPTURED
from schemas.events import PRICE_CHANGED
from schemas.topic import Topic, Visibility
from schemas.topics import ESCALATION, INBOUND, REPLY, SEARCH_DOCUMENTS, TOPICS
from tests.catalogue.registers import register_of, table, visits

pytestmark = pytest.mark.unit

DOORS, ROOMS = table("doors", "streams.visits", "sinks.x"), table("rooms", "streams.visits")


def test_an_event_comes_from_the_table_that_its_example_names() -> None:
    event = visits()
    found = lineage(register_of(DOORS, ROOMS, event), event)
    assert found.sources == (DOORS,)
    assert [(reader.name, reader.is_team) for reader in found.readers] == [("guards", True)]


def test_a_topic_whose_source_is_not_said_comes_from_all_that_its_producer_reads() -> None:
    event = visits()
    assert lineage(register_of(DOORS, ROOMS, event, source="/elsewhere"), event).sources == (DOORS, ROOMS)


def test_a_captured_topic_comes_from_its_table_and_leads_to_what_is_made_of_it() -> None:
    event = visits()
    found = lineage(register_of(DOORS, ROOMS, event), DOORS)
    assert found.sources == ()
    assert {reader.name: reader.makes for reader in found.readers} == {"streams.visits": (event,), "sinks.x": ()}
    other = lineage(register_of(DOORS, ROOMS, event), ROOMS)
    assert [reader.makes for reader in other.readers] == [()]


def test_the_platforms_own_lines(register: Register) -> None:
    price = lineage(register, PRICE_CHANGED)
    assert price.sources == (CAPTURED["offers"],)
    assert [reader.name for reader in price.readers if reader.is_team] == ["pricing"]
    assert CAPTURED["inventory"] in lineage(register, SEARCH_DOCUMENTS).sources
    (agent,) = lineage(register, INBOUND).readers
    assert {REPLY, ESCALATION} <= set(agent.makes)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_both_drawings_name_everybody_and_stay_within_their_frames(topic: Topic, register: Register) -> None:
    found = lineage(register, topic)
    for drawing in (str(diagram.wide(found, PT)), str(diagram.narrow(found, PT))):
        texts = "".join(re.findall(r'class="name"[^>]*>([^<]*)<', drawing))
        assert topic.name in texts
        assert all(reader.name in texts for reader in found.readers)
        assert all(source.name in texts for source in found.sources)
        frame = re.search(r'viewBox="0 0 (\S+) (\S+)"', drawing)
        assert frame is not None
        for x, y, width, height in re.findall(r'<rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)"', drawing):
            assert 0 <= float(x) <= float(x) + float(width) <= float(frame[1])
            assert 0 <= float(y) <= float(y) + float(height) <= float(frame[2])
    assert float(re.search(r'narrow"[^>]*width="(\d+)', str(diagram.narrow(found, PT)))[1]) <= 328  # type: ignore[index]


def test_a_long_name_is_broken_and_nothing_of_it_is_lost() -> None:
    for name in (CAPTURED["order_items"].name, "x" * 50, "a.b", ""):
        lines = broken(name, 20)
        assert "".join(lines) == name
        assert all(len(line) <= 20 for line in lines)


def test_only_public_topics_are_drawn_as_read_by_teams(register: Register) -> None:
    for topic in TOPICS:
        if topic.visibility is Visibility.INTERNAL:
            assert not any(reader.is_team for reader in lineage(register, topic).readers)
