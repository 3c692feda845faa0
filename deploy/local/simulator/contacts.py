"""Whom a person may chat as: a list written by whoever fills the marketplace, and everybody who wrote before."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from pydantic import BaseModel, TypeAdapter, ValidationError

log = structlog.get_logger(__name__)


class Contact(BaseModel):
    """A line of the contacts file: a WhatsApp id (digits), who that is, and for which pharmacy they write."""

    wa_id: str
    name: str | None = None
    pharmacy: str | None = None


_FILE = TypeAdapter(list[Contact])


@dataclass
class ContactList:
    """A JSON array of contacts in ``path``, read again when the file changes; it may be missing."""

    path: Path | None
    _read_at: tuple[int, int] | None = None
    _contacts: list[Contact] = field(default_factory=list)
    problem: str | None = None

    def with_met(self, met: dict[str, str | None]) -> list[dict[str, Any]]:
        """The file's contacts in its order, then those who wrote and are not in it (name by WhatsApp id)."""
        self._refresh()
        listed = {contact.wa_id for contact in self._contacts}
        others = [Contact(wa_id=wa_id, name=name) for wa_id, name in met.items() if wa_id not in listed]
        return [contact.model_dump() for contact in [*self._contacts, *others]]

    def name(self, wa_id: str) -> str | None:
        """What the file calls a contact."""
        self._refresh()
        return next((contact.name for contact in self._contacts if contact.wa_id == wa_id), None)

    def _refresh(self) -> None:
        if self.path is None:
            return
        try:
            state = self.path.stat()
            if self._read_at == (state.st_mtime_ns, state.st_size):
                return
            self._contacts = _FILE.validate_json(self.path.read_bytes())
        except FileNotFoundError:
            self._contacts, self._read_at, self.problem = [], None, None
        except (OSError, ValidationError) as error:
            self.problem = f"the contacts file cannot be read ({type(error).__name__}); the last good list is shown"
            log.warning("contacts file unreadable", error=type(error).__name__)
        else:
            self._read_at, self.problem = (state.st_mtime_ns, state.st_size), None
