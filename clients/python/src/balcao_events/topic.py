"""What a topic is to a subscriber."""

import json
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any, Generic, TypeVar

from balcao_events.records import Event

T_co = TypeVar("T_co", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(Generic[T_co]):
    """A public topic whose records are of the class ``record``.

    ``owner`` is the team to ask, ``contact`` its e-mail address. With a ``sunset`` the topic is deprecated and ends on
    that day; ``successor`` names the topic that replaces it.
    """

    name: str
    record: type[T_co]
    owner: str
    contact: str
    sunset: date | None = None
    successor: str | None = None

    def schema(self) -> dict[str, Any]:
        """The Avro schema this version of the package reads the topic with, in its JSON form. Reads a package file."""
        text = (resources.files("balcao_events") / "schemas" / f"{self.name}.avsc").read_text(encoding="utf-8")
        loaded: dict[str, Any] = json.loads(text)
        return loaded
