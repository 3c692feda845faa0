"""What the schema registry says of a changed schema, beside our own checker. Asks only; changes nothing."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TypeVar

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient, SchemaRegistryError

# the client picks httpx or httpx2, whichever is installed, and lets its exceptions pass
from confluent_kafka.schema_registry.common._httpx_compat import httpx

from runtime.errors import UserError
from runtime.settings import RegistrySettings
from schemas.topic import Avro

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opinion:
    """Two verdicts on one topic's new schema.

    ``versions`` is how many the registry holds; with none it has not seen the topic and accepts. ``level`` is the rule
    it held the schema to, ``wanted`` the register's; ``ours`` is why our checker refuses it, empty if it does not.
    """

    topic: str
    versions: int
    level: str
    wanted: str
    accepts: bool
    ours: str

    @property
    def agree(self) -> bool:
        """Whether both say the same."""
        return self.accepts is not bool(self.ours)

    def sentences(self) -> list[str]:
        """Both verdicts, and what does not fit, in words."""
        many = f"{self.versions} version{'' if self.versions == 1 else 's'}"
        theirs = "accepts" if self.accepts else "refuses"
        said = [f"the registry {theirs} the schema of {self.topic} ({self.level}, {many})"]
        said[0] += f"; this check {'refuses' if self.ours else 'accepts'} it" + f": {self.ours}" * bool(self.ours)
        if not self.agree:
            reason = (
                "this check also holds what numbers mean, decodable text, and the register's own rule"
                if self.accepts
                else f"the registry may hold versions that the ref does not know, and its rule is {self.level}"
            )
            said.append(f"they disagree about {self.topic}: the stricter one counts; {reason}")
        if self.versions and self.level != self.wanted:
            said.append(f"the registry holds {self.topic} to {self.level}, the register to {self.wanted}")
        return said


class RegisteredVersions:
    """The registry's subjects. Methods block, and raise ``UserError`` when the registry does not answer."""

    def __init__(self, settings: RegistrySettings) -> None:
        self._url = settings.url
        self._client = SchemaRegistryClient({"url": settings.url, "timeout": 10, "max.retries": 1})

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def versions(self, subject: str) -> list[Avro]:
        """Every schema of the subject, oldest first; empty when the registry does not know it."""
        return list(self.numbered(subject).values())

    def numbered(self, subject: str) -> dict[int, Avro]:
        """The same by the schemas' ids."""
        none: list[int] = []
        numbers = self._ask(lambda: list(self._client.get_versions(subject)), none)
        found = [self._ask(partial(self._version, subject, number), (0, "")) for number in numbers]
        return {schema_id: json.loads(text) for schema_id, text in found if text}

    def level(self, subject: str) -> str:
        """The rule the registry holds the subject to: its own, or the registry's default."""
        own = self._ask(lambda: str(self._client.get_compatibility(subject)), "")
        return own or self._ask(lambda: str(self._client.get_compatibility()), "NONE")

    def accepts(self, subject: str, schema: Avro) -> bool:
        """Whether the registry's compatibility endpoint would take the schema as the subject's next version."""
        asked = Schema(json.dumps(schema), "AVRO")
        # asked about all versions, Apicurio compares with all of them whatever the level; it registers by the level
        if self.level(subject).endswith("_TRANSITIVE"):
            return self._ask(lambda: bool(self._client.test_compatibility_all_versions(subject, asked)), True)
        return self._ask(lambda: bool(self._client.test_compatibility(subject, asked)), True)

    def _version(self, subject: str, number: int) -> tuple[int, str]:
        found = self._client.get_version(subject, number)
        return found.schema_id or 0, found.schema.schema_str or ""

    def _ask(self, question: Callable[[], T], unknown: T) -> T:
        try:
            return question()
        except SchemaRegistryError as error:
            if error.http_status_code == HTTPStatus.NOT_FOUND:
                return unknown
            raise UserError(f"the schema registry at {self._url} cannot answer ({error}); try again later.") from error
        except httpx.HTTPError as error:
            raise UserError(
                f"the schema registry at {self._url} does not answer ({error!r}); start it, or leave --registry out."
            ) from error


def opinion(
    registered: RegisteredVersions, topic: str, schema: Avro, *, wanted: str, reasons: Sequence[str]
) -> Opinion:
    """Asks the registry about one topic's new schema; ``reasons`` are why our checker refuses it. Blocks."""
    subject = f"{topic}-value"
    held = len(registered.versions(subject))
    accepts = registered.accepts(subject, schema) if held else True
    return Opinion(topic, held, registered.level(subject), wanted, accepts, "; ".join(reasons))
