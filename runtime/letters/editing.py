"""A dead letter's value in the hands of a person: the text to change, and the bytes that the changed text makes."""

import json
import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from runtime.codec import Decoder
from runtime.errors import BadRecord, UserError
from runtime.letters.letter import Letter
from runtime.letters.shelf import Shelf, whole
from runtime.letters.values import UnfitError, encoded, plain, revived
from runtime.registry import Registry
from runtime.settings import KafkaSettings
from runtime.topic_tail import hidden_fields, hide, schema_id
from schemas.topic import Avro, KeyType, Topic
from schemas.topics import BY_NAME


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter on its way to its next edition. ``text`` is what to change; it is empty JSON where nothing decodes."""

    topic: Topic
    letter: Letter
    text: str
    had: Any
    schema_id: int
    schema: Avro
    registry: Registry

    def value(self, text: str) -> bytes:
        """The bytes of the changed text. Raises ``UnfitError`` in words that quote nothing."""
        try:
            document = json.loads(text)
        except json.JSONDecodeError as error:
            raise UnfitError(f"That is no JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from None
        return encoded(self.topic, self.schema_id, self.schema, revived(self.schema, document, self.had))

    def key(self, text: str | None) -> bytes | None:
        """The record's key, a new one when ``text`` is given. Raises ``UserError``."""
        if text is None:
            if not self.letter.key:
                raise UserError(f"{self.letter.ref} has no key, and its group takes no record without one: add --key.")
            return self.letter.key
        if self.topic.key is KeyType.TEXT:
            return text.encode()
        number, schema = self.registry.newest(f"{self.topic.name}-key")
        try:
            document = json.loads(text)
        except json.JSONDecodeError:
            raise UnfitError("The key is a row's: write it as JSON, as in --key '{\"id\": 7}'.") from None
        return encoded(self.topic, number, schema, revived(schema, document, None))


def waiting(shelf: Shelf, ref: str) -> Letter:
    """The letter of that name. Raises ``UserError`` for one that was sent back or discarded, or cannot go back."""
    letter = shelf.find(ref)
    if (state := shelf.state(letter.place)) != "waiting":
        raise UserError(f"{letter.ref} was {state} already: what is changed now would reach nobody.")
    if not letter.returnable:
        raise UserError(f"{letter.ref} was never written to {letter.said.topic}: there is nobody to send it back to.")
    return letter


def draft(settings: KafkaSettings, registry: Registry, letter: Letter, *, personal: bool) -> Draft:
    """The letter's value as text, with personal fields hidden unless asked for. Blocks.

    A value that decodes keeps its schema; one that does not is written anew with the topic's newest.
    Raises ``UserError``, ``RegistryUnavailable``.
    """
    topic = BY_NAME[letter.said.topic]
    (letter,) = whole(settings, [letter])
    decoder = Decoder(registry)
    number = schema_id(letter.value)
    try:
        had = decoder.decode(letter.value or b"")
        schema = registry.schema(number or 0)
    except BadRecord:
        had = None
        number, schema = registry.newest(topic.subject)
    shown = had if personal else hide(had, hidden_fields(topic.name), set())
    text = json.dumps({} if had is None else shown, ensure_ascii=False, indent=1, default=plain)
    return Draft(topic, letter, text, had, number or 0, schema, registry)


def in_editor(text: str) -> str:
    """The text as it is after the person's editor (``EDITOR``, else ``vi``) ended. Raises ``UserError``."""
    command = shlex.split(os.environ.get("EDITOR", "vi"))
    # a folder that only its owner can enter: the text may hold personal data
    with TemporaryDirectory(prefix="balcao-") as folder:
        path = Path(folder) / "letter.json"
        path.write_text(text, encoding="utf-8")
        try:
            subprocess.run([*command, str(path)], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise UserError(f"The editor {command[0]} did not end well; nothing was changed.") from error
        return path.read_text(encoding="utf-8")
