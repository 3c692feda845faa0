"""What went wrong after the sale: returns and complaints."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from store.generator.orders import Order
from store.generator.tables import Cents, Row, Seed, Table, reais

_RETURNS = (
    ("damaged", "A caixa chegou amassada e dois frascos vazaram."),
    ("damaged", "Ampolas quebradas dentro da embalagem."),
    ("wrong_item", "Veio a apresentação errada, pedimos outra dosagem."),
    ("wrong_item", "Recebemos unidades a mais do que compramos."),
    ("short_expiry", "Produto com validade menor que seis meses."),
    ("not_needed", "Pedido em duplicidade, não vamos precisar."),
    ("other", None),
)
_COMPLAINTS = (
    ("delivery", "O pedido atrasou e ninguém avisou."),
    ("delivery", "O entregador não esperou a conferência da mercadoria."),
    ("product", "O lacre de uma das caixas estava aberto."),
    ("price", "O preço cobrado ficou diferente do que estava no site."),
    ("billing", "O boleto venceu antes de chegar a mercadoria."),
    ("billing", "Fui cobrado duas vezes pelo mesmo pedido."),
    ("service", "Esperei muito tempo para ser atendido."),
    ("other", "O cadastro da farmácia continua com o endereço antigo."),
)


class Return(NamedTuple):
    """A return as its refund needs it; ``amount`` when it was decided to give so much back."""

    id: int
    status: str
    requested_at: datetime
    resolved_at: datetime | None
    amount: Cents | None


def tables(seed: Seed, orders: Sequence[Order], made: list[Return]) -> Iterator[Table]:
    """``returns``, added to ``made`` too, then ``complaints``; ``orders`` may be filled until the rows are read."""
    yield Table(
        "returns",
        (
            "id",
            "order_id",
            "product_id",
            "quantity",
            "reason",
            "details",
            "status",
            "refund_amount",
            "requested_at",
            "resolved_at",
            "updated_at",
        ),
        _return_rows(seed, orders, made),
    )
    yield Table(
        "complaints",
        (
            "id",
            "pharmacy_id",
            "contact_id",
            "order_id",
            "channel",
            "subject",
            "body",
            "status",
            "opened_at",
            "resolved_at",
            "updated_at",
        ),
        _complaint_rows(seed, orders),
    )


def _return_rows(seed: Seed, orders: Sequence[Order], made: list[Return]) -> Iterator[Row]:
    random, return_id = seed.random("returns"), 0
    for order in orders:
        back = order.status == "returned"
        if not back and not (order.status == "delivered" and random.random() < 0.03):
            continue
        return_id += 1
        line = order.lines[0]
        quantity = line.quantity if back else random.randrange(1, line.quantity + 1)
        reason, details = random.choice(_RETURNS)
        status = "refunded" if back else random.choice(("requested", "approved", "rejected", "received"))
        requested = order.changed_at + (seed.now - order.changed_at) * random.uniform(0.05, 0.5)
        resolved = requested + (seed.now - requested) * 0.5 if status in ("rejected", "refunded") else None
        refund = quantity * line.unit_price if status in ("approved", "received", "refunded") else None
        made.append(Return(return_id, status, requested, resolved, refund))
        product = line.product_id
        yield (
            return_id,
            order.id,
            product,
            quantity,
            reason,
            details,
            status,
            None if refund is None else reais(refund),
            requested,
            resolved,
            resolved or requested,
        )


def _complaint_rows(seed: Seed, orders: Sequence[Order]) -> Iterator[Row]:
    random, complaint_id = seed.random("complaints"), 0
    for order in orders:
        if random.random() >= 0.025:
            continue
        complaint_id += 1
        subject, body = random.choice(_COMPLAINTS)
        status = random.choices(("open", "in_progress", "resolved", "dismissed"), (15, 15, 65, 5))[0]
        opened = min(order.placed_at + timedelta(days=random.randrange(1, 12)), seed.now)
        resolved = opened + (seed.now - opened) * 0.4 if status in ("resolved", "dismissed") else None
        channel = random.choices(("whatsapp", "phone", "email", "web"), (60, 20, 10, 10))[0]
        about = order.id if subject != "other" else None
        yield (
            complaint_id,
            order.pharmacy_id,
            None,
            about,
            channel,
            subject,
            body,
            status,
            opened,
            resolved,
            resolved or opened,
        )
