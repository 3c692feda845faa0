"""How big a market to make."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Rows of the tables that all others follow from."""

    pharmacies: int
    manufacturers: int
    distributors: int
    products: int
    offers_a_product: int
    orders: int


SIZES = {
    "S": Size(pharmacies=200, manufacturers=8, distributors=12, products=1_500, offers_a_product=4, orders=2_000),
    "M": Size(pharmacies=2_000, manufacturers=80, distributors=120, products=15_000, offers_a_product=4, orders=20_000),
    "L": Size(
        pharmacies=20_000, manufacturers=800, distributors=1_200, products=150_000, offers_a_product=4, orders=200_000
    ),
}
