"""What the seeded writer does to the marketplace, change by change. Pure: the same seed makes the same list.

Each change is one transaction and has a number, which one column of the row it writes carries (the price, the stock, a
name), so that every committed change can be told apart wherever its row goes.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

TABLES = ("suppliers", "products", "offers", "inventory")
_SUPPLIERS, _PRODUCTS = 3, 18
SUPPLIER = """
INSERT INTO suppliers (id, cnpj, legal_name, trade_name, kind, status)
OVERRIDING SYSTEM VALUE VALUES (%s, %s, 'Fornecedor Ltda', %s, 'distributor', 'active')
"""
PRODUCT = """
INSERT INTO products
  (id, name, active_ingredients, presentation, manufacturer_id, variant, stripe, price_regime, status)
OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, %s, %s, 1, 'none', 'released', 'active')
"""
OFFER = """
INSERT INTO offers (id, supplier_id, product_id, price, minimum_quantity, state)
OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, %s, 1, 'active')
"""
STOCK = "INSERT INTO inventory (supplier_id, product_id, on_hand, reserved) VALUES (%s, %s, %s, 0)"
_CNPJ = ("11222333000181", "11444777000161", "19131243000197")

Statement = tuple[str, tuple[Any, ...]]
Key = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One transaction. ``leaves`` names the tables and keys whose row carries the number afterwards."""

    number: int
    what: str
    statements: tuple[Statement, ...]
    leaves: tuple[tuple[str, Key], ...] = ()


@dataclass
class _Market:
    """What is in the tables, as far as the next change has to know."""

    chance: random.Random
    products: list[int] = field(default_factory=list)
    offers: dict[int, tuple[int, int]] = field(default_factory=dict)
    stock: set[tuple[int, int]] = field(default_factory=set)
    fresh: int = 1000

    def next_id(self) -> int:
        self.fresh += 1
        return self.fresh

    def free(self) -> list[tuple[int, int]]:
        """Suppliers and products without an offer."""
        taken = set(self.offers.values())
        return [(s, p) for p in self.products for s in range(1, _SUPPLIERS + 1) if (s, p) not in taken]


def price(number: int) -> Decimal:
    """The price that carries a change's number."""
    return Decimal(number) / 100


def name(what: str, number: int) -> str:
    """The name that carries a change's number."""
    return f"{what} n{number}"


def number_of(table: str, row: Any) -> int:
    """The number of the change that wrote a row of the table, from its columns by name."""
    if table == "offers":
        return int(Decimal(row["price"]) * 100)
    if table == "inventory":
        return int(row["on_hand"])
    return int(str(row["trade_name" if table == "suppliers" else "name"]).rpartition(" n")[2])


def changes(seed: int, count: int) -> Sequence[Change]:
    """``count`` changes after those that fill the empty tables; numbers begin with 1."""
    market = _Market(random.Random(f"changes {seed}"))
    made = list(_filling(market))
    while len(made) < count:
        change = market.chance.choice(_WEIGHED)(market, len(made) + 1)
        if change is not None:
            made.append(change)
    return made


def _filling(market: _Market) -> Sequence[Change]:
    made: list[Change] = []
    for supplier in range(1, _SUPPLIERS + 1):
        number = len(made) + 1
        values = (supplier, _CNPJ[supplier - 1], name("Fornecedor", number))
        made.append(Change(number, "insert supplier", ((SUPPLIER, values),), (("suppliers", (supplier,)),)))
    for _ in range(_PRODUCTS):
        made.append(_insert_product(market, len(made) + 1))
        for _ in range(market.chance.randrange(3)):
            offer = _insert_offer(market, len(made) + 1)
            if offer is not None:
                made.append(offer)
    return made


def _insert_product(market: _Market, number: int) -> Change:
    product = market.next_id()
    market.products.append(product)
    maker = market.chance.randrange(1, _SUPPLIERS + 1)
    values = (product, name("Dipirona", number), ["dipirona"], f"500 MG COM {product}", maker)
    return Change(number, "insert product", ((PRODUCT, values),), (("products", (product,)),))


def _update_product(market: _Market, number: int) -> Change | None:
    product = market.chance.choice(market.products)
    text = "UPDATE products SET name = %s WHERE id = %s"
    return Change(number, "update product", ((text, (name("Dipirona", number), product)),), (("products", (product,)),))


def _delete_product(market: _Market, number: int) -> Change | None:
    """With its offers; their stock goes with them."""
    if len(market.products) < _PRODUCTS // 2:
        return None
    product = market.chance.choice(market.products)
    market.products.remove(product)
    market.offers = {key: pair for key, pair in market.offers.items() if pair[1] != product}
    market.stock = {pair for pair in market.stock if pair[1] != product}
    texts = ("DELETE FROM offers WHERE product_id = %s", "DELETE FROM products WHERE id = %s")
    return Change(number, "delete product", tuple((text, (product,)) for text in texts))


def _rekey_product(market: _Market, number: int) -> Change | None:
    offered = {pair[1] for pair in market.offers.values()}
    bare = [product for product in market.products if product not in offered]
    if not bare:
        return None
    product, fresh = market.chance.choice(bare), market.next_id()
    market.products[market.products.index(product)] = fresh
    text = "UPDATE products SET id = %s, name = %s WHERE id = %s"
    return Change(
        number,
        "change a product's key",
        ((text, (fresh, name("Dipirona", number), product)),),
        (("products", (fresh,)),),
    )


def _insert_offer(market: _Market, number: int) -> Change | None:
    free = market.free()
    if not free:
        return None
    offer, pair = market.next_id(), market.chance.choice(free)
    market.offers[offer] = pair
    statements: list[Statement] = [(OFFER, (offer, *pair, price(number)))]
    leaves: list[tuple[str, Key]] = [("offers", (offer,))]
    if market.chance.random() < 0.7:
        market.stock.add(pair)
        statements.append((STOCK, (*pair, number)))
        leaves.append(("inventory", pair))
    return Change(number, "insert offer", tuple(statements), tuple(leaves))


def _update_offer(market: _Market, number: int) -> Change | None:
    if not market.offers:
        return None
    offer = market.chance.choice(sorted(market.offers))
    text = "UPDATE offers SET price = %s WHERE id = %s"
    return Change(number, "update offer", ((text, (price(number), offer)),), (("offers", (offer,)),))


def _delete_offer(market: _Market, number: int) -> Change | None:
    if len(market.offers) < _SUPPLIERS:
        return None
    offer = market.chance.choice(sorted(market.offers))
    market.stock.discard(market.offers.pop(offer))
    return Change(number, "delete offer", (("DELETE FROM offers WHERE id = %s", (offer,)),))


def _rekey_offer(market: _Market, number: int) -> Change | None:
    if not market.offers:
        return None
    offer, fresh = market.chance.choice(sorted(market.offers)), market.next_id()
    market.offers[fresh] = market.offers.pop(offer)
    text = "UPDATE offers SET id = %s, price = %s WHERE id = %s"
    return Change(number, "change an offer's key", ((text, (fresh, price(number), offer)),), (("offers", (fresh,)),))


def _update_stock(market: _Market, number: int) -> Change | None:
    if not market.stock:
        return None
    pair = market.chance.choice(sorted(market.stock))
    text = "UPDATE inventory SET on_hand = %s WHERE supplier_id = %s AND product_id = %s"
    return Change(number, "update stock", ((text, (number, *pair)),), (("inventory", pair),))


def _rekey_stock(market: _Market, number: int) -> Change | None:
    empty = sorted(set(market.offers.values()) - market.stock)
    if not empty or not market.stock:
        return None
    pair, fresh = market.chance.choice(sorted(market.stock)), market.chance.choice(empty)
    market.stock.remove(pair)
    market.stock.add(fresh)
    text = (
        "UPDATE inventory SET supplier_id = %s, product_id = %s, on_hand = %s"
        " WHERE supplier_id = %s AND product_id = %s"
    )
    return Change(number, "change stock's key", ((text, (*fresh, number, *pair)),), (("inventory", fresh),))


def _delete_stock(market: _Market, number: int) -> Change | None:
    if not market.stock:
        return None
    pair = market.chance.choice(sorted(market.stock))
    market.stock.remove(pair)
    text = "DELETE FROM inventory WHERE supplier_id = %s AND product_id = %s"
    return Change(number, "delete stock", ((text, pair),))


def _update_supplier(market: _Market, number: int) -> Change | None:
    supplier = market.chance.randrange(1, _SUPPLIERS + 1)
    text = "UPDATE suppliers SET trade_name = %s WHERE id = %s"
    return Change(
        number, "update supplier", ((text, (name("Fornecedor", number), supplier)),), (("suppliers", (supplier,)),)
    )


_WEIGHED = (
    *[_update_offer] * 6,
    *[_update_stock] * 6,
    *[_update_product] * 4,
    *[_insert_offer] * 3,
    *[_insert_product] * 2,
    *[_delete_offer] * 2,
    *[_delete_stock] * 1,
    *[_delete_product] * 1,
    *[_rekey_offer] * 2,
    *[_rekey_stock] * 2,
    *[_rekey_product] * 1,
    *[_update_supplier] * 1,
)
