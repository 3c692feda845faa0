"""What pharmacies asked people of the marketplace to do."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta

from schemas.identifiers import with_cnpj_digits
from store.generator import names
from store.generator.orders import Order
from store.generator.tables import Row, Seed, Table

_ASKED: tuple[tuple[str, dict[str, object]], ...] = (
    ("registration_update", {"field": "phone", "value": "telefone novo da loja"}),
    ("registration_update", {"field": "address", "value": "mudamos para o número ao lado"}),
    ("access_help", {"kind": "password", "details": "não recebo o e-mail para trocar a senha"}),
    ("access_help", {"kind": "code", "details": "o código não chega"}),
    ("invoice_copy", {"documents": ["danfe", "boleto"]}),
    ("invoice_copy", {"documents": ["xml"]}),
    ("payment_problem", {"kind": "boleto_refused", "details": "o banco não aceita o código"}),
    ("payment_problem", {"kind": "not_recognised", "details": "paguei ontem e consta em aberto"}),
)


def tables(seed: Seed, orders: Sequence[Order]) -> Iterator[Table]:
    """``service_requests``; ``orders`` may be filled until the rows are read."""
    yield Table("service_requests", _COLUMNS, _rows(seed, orders))


def _rows(seed: Seed, orders: Sequence[Order]) -> Iterator[Row]:
    random, request_id = seed.random("service requests"), 0
    for order in orders:
        if order.status not in ("delivered", "shipped") or random.random() >= 0.02:
            continue
        request_id += 1
        kind, details = random.choice(_ASKED)
        about = order.id if kind in ("invoice_copy", "payment_problem") else None
        pharmacy: int | None = order.pharmacy_id
        if random.random() < 0.1:
            kind, pharmacy, about = "registration_new", None, None
            cnpj = with_cnpj_digits(f"{random.randrange(10**7, 10**8)}0001")
            details = {"cnpj": cnpj, "name": names.pharmacy(random), "city": None, "phone": None}
        opened = order.changed_at + (seed.now - order.changed_at) * random.uniform(0.1, 0.8)
        status = random.choices(("open", "done", "dismissed"), (20, 75, 5))[0]
        resolved = None if status == "open" else opened + min(timedelta(hours=9), (seed.now - opened) * 0.5)
        text = json.dumps(details, ensure_ascii=False)
        yield request_id, kind, pharmacy, None, about, text, status, opened, resolved, resolved or opened


_COLUMNS = (
    "id",
    "kind",
    "pharmacy_id",
    "contact_id",
    "order_id",
    "details",
    "status",
    "opened_at",
    "resolved_at",
    "updated_at",
)
