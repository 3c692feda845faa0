"""The teams of ours that own topics: whom to ask, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Owner:
    """A team that answers for topics: ``contact`` is its e-mail address, ``channel`` its room in the company's chat."""

    name: str
    contact: str
    channel: str


OWNERS = {
    owner.name: owner
    for owner in (
        Owner("accounts", "accounts@balcao.example", "#accounts"),
        Owner("billing", "billing@balcao.example", "#billing"),
        Owner("catalog", "catalog@balcao.example", "#catalog"),
        Owner("conversations", "conversations@balcao.example", "#conversations"),
        Owner("operations", "operations@balcao.example", "#operations"),
        Owner("orders", "orders@balcao.example", "#orders"),
        Owner("support", "support@balcao.example", "#support"),
    )
}
