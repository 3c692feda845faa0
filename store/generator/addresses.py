"""Where pharmacies receive goods."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from store.generator.names import LAST
from store.generator.places import City
from store.generator.tables import Row, Seed, Table

_STREETS = ("Rua", "Avenida", "Travessa", "Alameda", "Praça")
_NAMED = ("das Flores", "Sete de Setembro", "Quinze de Novembro", "do Comércio", "São João", "Dom Pedro II", "Brasil")
_DISTRICTS = (
    "Centro",
    "Jardim América",
    "Vila Nova",
    "Boa Vista",
    "Santo Antônio",
    "Industrial",
    "São José",
    "Cidade Nova",
)
_COMPLEMENTS = (None, None, "Loja 1", "Loja 2", "Galpão", "Térreo", "Fundos")


@dataclass(slots=True)
class Addresses:
    """One or two for each pharmacy, in its city; ``preferred`` holds the id by pharmacy once the rows were read."""

    seed: Seed
    homes: Sequence[City]
    preferred: dict[int, int] = field(default_factory=dict)

    def tables(self) -> Iterator[Table]:
        """``delivery_addresses``."""
        yield Table("delivery_addresses", _COLUMNS, self._rows())

    def _rows(self) -> Iterator[Row]:
        random, address_id = self.seed.random("addresses"), 0
        made = self.seed.now - timedelta(days=20)
        for pharmacy, home in enumerate(self.homes, start=1):
            for label in ("Loja", "Depósito")[: 2 if random.random() < 0.15 else 1]:
                address_id += 1
                first = label == "Loja"
                if first:
                    self.preferred[pharmacy] = address_id
                street = f"{random.choice(_STREETS)} {random.choice((*_NAMED, *LAST))}"
                number = "S/N" if random.random() < 0.03 else str(random.randrange(1, 3000))
                door = random.choice(_COMPLEMENTS)
                place = (
                    random.choice(_DISTRICTS),
                    home.name,
                    home.state,
                    f"{random.randrange(1_000_000, 99_999_999):08d}",
                )
                yield address_id, pharmacy, label, street, number, door, *place, first, "active", made, made


_COLUMNS = (
    "id",
    "pharmacy_id",
    "label",
    "street",
    "number",
    "complement",
    "district",
    "city",
    "state",
    "postal_code",
    "preferred",
    "status",
    "created_at",
    "updated_at",
)
