"""Who speaks: only the channel says so. Nothing written in a message changes it."""

from dataclasses import dataclass

from store.contacts import Contact


@dataclass(frozen=True, slots=True)
class Identity:
    """The contact behind a message. ``pharmacy_id`` is ``None`` for a stranger; ``phone`` is the channel's id."""

    name: str | None = None
    contact_id: int | None = None
    pharmacy_id: int | None = None
    pharmacy: str | None = None
    city: str | None = None
    state: str | None = None
    consented: bool = True
    active: bool = False
    phone: str | None = None


STRANGER = Identity()


def identify(contact: Contact | None) -> Identity:
    """The identity that the marketplace's record of a WhatsApp id gives."""
    if contact is None:
        return STRANGER
    return Identity(
        name=contact.name,
        contact_id=contact.contact_id,
        pharmacy_id=contact.pharmacy_id,
        pharmacy=contact.pharmacy,
        city=contact.city,
        state=contact.state,
        consented=contact.consent == "granted",
        active=contact.pharmacy_status in ("active", "blocked"),
    )
