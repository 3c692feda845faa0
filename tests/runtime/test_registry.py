"""The real registry: ids, compatibility, and the difference between unknown and away."""

import socket
import uuid
from collections.abc import Iterator
from typing import Annotated, TypedDict

import pytest

from runtime.codec import Decoder, Encoder
from runtime.registry import Registry, RegistryUnavailable, SchemaRefusedError, UnknownSchema
from runtime.settings import RegistrySettings, load
from schemas.marks import Default, Doc
from schemas.topic import Topic, Visibility

pytestmark = pytest.mark.broker


# three versions of one record: a record's name is part of its schema
First = TypedDict("First", {"number": Annotated[int, Doc(".")], "word": Annotated[str, Doc(".")]})  # noqa: UP013
Wider = TypedDict(  # type: ignore[name-match]  # noqa: UP013
    "First",
    {
        "number": Annotated[int, Doc(".")],
        "word": Annotated[str, Doc(".")],
        "more": Annotated[str, Doc("."), Default("nothing")],
    },
)
Broken = TypedDict("First", {"number": Annotated[str, Doc(".")]})  # type: ignore[name-match]  # noqa: UP013


@pytest.fixture
def registry(stack: object) -> Iterator[Registry]:
    registry = Registry(load(RegistrySettings))
    yield registry
    registry.close()


@pytest.fixture
def name() -> str:
    return f"test.{uuid.uuid4().hex[:12]}"


def topic(name: str, value: type) -> Topic:
    return Topic(
        name=name, value=value, description=".", owner="tests", producers=("tests",), visibility=Visibility.PUBLIC
    )


def test_registers_once_and_another_process_can_read(registry: Registry, name: str) -> None:
    first = topic(name, First)
    assert registry.register(first) == registry.register(first)
    encoder = Encoder(registry)
    encoder.prepare(first)
    raw = encoder.encode(first, {"number": 1, "word": "um"})
    other = Registry(load(RegistrySettings))
    assert Decoder(other).decode(raw) == {"number": 1, "word": "um"}
    other.close()


def test_holds_new_versions_to_the_topic_s_compatibility(registry: Registry, name: str) -> None:
    registry.register(topic(name, First))
    assert registry.register(topic(name, Wider)) != registry.register(topic(name, First))
    with pytest.raises(SchemaRefusedError, match=f"refuses the schema of {name}-value"):
        registry.register(topic(name, Broken))


def test_an_id_it_does_not_have_is_unknown(registry: Registry) -> None:
    with pytest.raises(UnknownSchema, match="no schema 999999"):
        registry.schema(999_999)


def test_a_registry_that_does_not_answer_is_unavailable_and_not_unknown(stack: object) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        away = Registry(RegistrySettings(url=f"http://127.0.0.1:{port}/apis/ccompat/v7"))
        with pytest.raises(RegistryUnavailable):
            away.schema(1)
        away.close()
