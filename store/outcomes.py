"""What a write gives back when it was not done: a value that a person can be told, never an exception."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Reason = Literal[
    "empty",
    "not_found",
    "not_for_sale",
    "above_ceiling",
    "price_changed",
    "out_of_stock",
    "below_minimum_quantity",
    "below_minimum_order",
    "no_delivery",
    "payment_method",
    "credit",
    "credit_blocked",
    "pharmacy_blocked",
    "pharmacy_inactive",
    "order_state",
    "quantity",
    "too_late",
    "not_returnable",
    "invalid_cnpj",
    "already_registered",
    "invalid",
]
"""Why something was not done.

``empty`` nothing was asked for, or nothing would be left of the order; ``not_found`` no such thing of this pharmacy;
``not_for_sale`` the offer, its supplier or its product is not active; ``above_ceiling`` dearer than the law allows;
``price_changed`` a price or total is not the one that was shown; ``no_delivery`` the supplier does not deliver there;
``payment_method`` the supplier does not accept it, or not for so small an order; ``credit`` the limit does not suffice;
``credit_blocked`` nothing can be bought on a boleto (documents, overdue, review); ``order_state`` the order is too far
for this; ``quantity`` more than was bought and not sent back yet; ``too_late`` the days for it are over;
``not_returnable`` the product must not come back in order (cold chain); ``invalid`` a value that cannot be kept.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing in the way. ``wanted`` is what was asked or shown, ``allowed`` what there is; in units or BRL."""

    reason: Reason
    offer_id: int | None = None
    product_id: int | None = None
    product: str | None = None
    supplier_id: int | None = None
    supplier: str | None = None
    wanted: Decimal | None = None
    allowed: Decimal | None = None
    state: str | None = None
    """The order's status, the pharmacy's, or why its credit is blocked."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was changed. ``problems`` holds all that was found, in the order of the lines; at least one."""

    problems: tuple[Problem, ...]

    @property
    def reason(self) -> Reason:
        """The first problem's."""
        return self.problems[0].reason


def refused(
    reason: Reason,
    *,
    state: str | None = None,
    wanted: int | Decimal | None = None,
    allowed: int | Decimal | None = None,
) -> Refused:
    """A refusal for one reason that no product or supplier has a part in."""
    asked, there = (None if number is None else Decimal(number) for number in (wanted, allowed))
    return Refused((Problem(reason=reason, state=state, wanted=asked, allowed=there),))
