"""Pharmacies and the people who speak for them."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from store.generator import names
from store.generator.companies import cnpjs, mobile
from store.generator.places import CITIES, WEIGHTS, City
from store.generator.tables import Row, Seed, Table

DEMO_PHARMACY_ID = 1
DEMO_WHATSAPP_ID = "5511999990001"
"""The WhatsApp id of the first pharmacy's first contact: whoever tries the platform out writes as this person."""

_STATUSES = ("active", "pending", "blocked", "closed")
_ROLES = ("owner", "pharmacist", "buyer", "financial", "other")


def homes_of(seed: Seed, pharmacies: int) -> list[City]:
    """Each pharmacy's city, by its id less one."""
    homes = seed.random("homes").choices(CITIES, WEIGHTS, k=pharmacies)
    homes[0] = CITIES[0]
    return homes


def tables(seed: Seed, homes: Sequence[City]) -> Iterator[Table]:
    """``pharmacies``, then ``contacts``."""

    def pharmacy_rows() -> Iterator[Row]:
        random, numbers = seed.random("pharmacies"), cnpjs(seed.random("pharmacies' cnpj"))
        for pharmacy_id, home in enumerate(homes, start=1):
            demo = pharmacy_id == DEMO_PHARMACY_ID
            trade_name = names.pharmacy(random)
            company = names.pharmacy_company(random, trade_name)
            status = random.choices(_STATUSES, (92, 4, 2, 2))[0]
            created = seed.now - timedelta(days=random.randrange(30, 1500), seconds=random.randrange(86_400))
            yield (
                pharmacy_id,
                next(numbers),
                "BOA VISTA COMÉRCIO DE MEDICAMENTOS LTDA" if demo else company,
                "Farmácia Boa Vista" if demo else trade_name,
                home.name,
                home.state,
                "active" if demo else status,
                created,
                created,
            )

    def contact_rows() -> Iterator[Row]:
        random, taken, contact_id = seed.random("contacts"), {f"+{DEMO_WHATSAPP_ID}"}, 0
        for pharmacy_id, home in enumerate(homes, start=1):
            for place in range(random.choices((1, 2, 3), (60, 30, 10))[0]):
                contact_id += 1
                phone = mobile(random, home)
                while phone in taken:
                    phone = mobile(random, home)
                taken.add(phone)
                name, on_whatsapp = names.person(random), random.random() < 0.9
                role = _ROLES[0] if place == 0 else random.choice(_ROLES[1:])
                consent = "granted" if random.random() < 0.85 else "revoked"
                since = seed.now - timedelta(days=random.randrange(1, 700), seconds=random.randrange(86_400))
                if contact_id == 1:
                    name, phone, on_whatsapp, consent = "Ana Souza", f"+{DEMO_WHATSAPP_ID}", True, "granted"
                whatsapp_id = phone[1:] if on_whatsapp else None
                yield contact_id, pharmacy_id, name, role, phone, whatsapp_id, consent, since, since, since

    yield Table(
        "pharmacies",
        ("id", "cnpj", "legal_name", "trade_name", "city", "state", "status", "created_at", "updated_at"),
        pharmacy_rows(),
    )
    yield Table(
        "contacts",
        (
            "id",
            "pharmacy_id",
            "name",
            "role",
            "phone",
            "whatsapp_id",
            "consent",
            "consent_at",
            "created_at",
            "updated_at",
        ),
        contact_rows(),
    )
