"""A row of the tables of changes."""

from dataclasses import dataclass, field

from schemas.compatibility.verdict import First, Verdict
from tests.contracts.parcels import Edit

C, N, B = Verdict.COMPATIBLE, Verdict.NEEDS_ORDER, Verdict.BREAKING
EITHER, PRODUCERS, CONSUMERS, NOBODY = First.EITHER, First.PRODUCERS, First.CONSUMERS, First.NOBODY


@dataclass(frozen=True, slots=True)
class Change:
    """One row. A difference whose words hold ``says`` has the topic's verdict, and ``because`` in its reason.

    ``first`` and ``breaks`` are the public topic's. ``before`` prepares the register that is changed; ``older`` makes a
    schema that the topic had before that.
    ``registry`` is (accepts for FULL_TRANSITIVE, accepts for BACKWARD, why it differs from our verdicts).
    """

    name: str
    edit: Edit
    public: Verdict
    internal: Verdict
    first: First
    says: str
    because: str
    breaks: tuple[str, ...] = ()
    before: Edit = field(default=lambda contracts: contracts)
    older: Edit | None = None
    registry: tuple[bool, bool, str] | None = None


def named(change: Change) -> str:
    """The row's name, for pytest."""
    return change.name
