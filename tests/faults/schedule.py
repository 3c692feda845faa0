"""One seed's schedule: which faults strike, after which change, and how. Pure, so that a seed always means the same."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

CHANGES = 340
"""How many transactions the writer makes in a seed; time is counted in them."""
READY = 64
"""After so many the writer waits until all of them have arrived everywhere."""
FAULTS = 3
_FIRST, _APART = 70, 80


class Kind(StrEnum):
    """What goes wrong. The words are those of the page of guarantees."""

    WAREHOUSE_SINK_BEFORE = "kill -9 of the warehouse sink before a write"
    WAREHOUSE_SINK_BETWEEN = "kill -9 of the warehouse sink after a write, before it is acknowledged"
    WAREHOUSE_SINK_AFTER = "kill -9 of the warehouse sink after a write was acknowledged"
    INDEX_SINK_BEFORE = "kill -9 of the index sink before a write"
    INDEX_SINK_BETWEEN = "kill -9 of the index sink after a write, before it is acknowledged"
    INDEX_SINK_AFTER = "kill -9 of the index sink after a write was acknowledged"
    STREAM_KILLED = "kill -9 of the stream that joins products"
    CONNECT_KILLED = "kill -9 of Kafka Connect"
    BROKER_KILLED = "kill -9 of the broker"
    POSTGRES_KILLED = "kill -9 of PostgreSQL"
    WAREHOUSE_KILLED = "kill -9 of the BigQuery emulator"
    INDEX_KILLED = "kill -9 of Qdrant"
    WAREHOUSE_SINK_ZOMBIE = "the warehouse sink stopped in the middle of a write, past its session, and woken"
    INDEX_SINK_ZOMBIE = "the index sink stopped in the middle of a write, past its session, and woken"
    CONNECT_STOPPED = "Kafka Connect stopped past its session, and woken"
    BROKER_STOPPED = "the broker stopped past everybody's session, and woken"
    POSTGRES_STOPPED = "PostgreSQL stopped past the connector's patience, and woken"
    WAREHOUSE_STOPPED = "the BigQuery emulator stopped past the session, and woken"
    INDEX_STOPPED = "Qdrant stopped past the session, and woken"
    POISON = "poison records in captured and derived topics"
    STORM = "a rebalance storm: processes of the group come and go"
    SLOT_DROPPED = "the replication slot dropped"
    DISK_FULL = "a full disk under the BigQuery emulator"
    BUSY = "a destination that answers 429"
    PARTIAL = "Qdrant doing half of a request and failing"
    TIMEOUT = "a destination that writes and does not answer"


@dataclass(frozen=True, slots=True)
class Step:
    """A fault: it strikes after the change ``at`` is committed; the writer goes on without waiting for it until
    ``until``. ``chance`` decides what the kind leaves open."""

    at: int
    until: int
    kind: Kind
    chance: int

    def __str__(self) -> str:
        return f"after change {self.at}: {self.kind} (over by change {self.until})"


@dataclass(frozen=True, slots=True)
class Schedule:
    """One seed's."""

    seed: int
    changes: int
    steps: tuple[Step, ...]

    @property
    def lines(self) -> Sequence[str]:
        """As people read it."""
        return [str(step) for step in self.steps]

    def has(self, *kinds: Kind) -> bool:
        """Whether one of these strikes."""
        return any(step.kind in kinds for step in self.steps)


def schedule(seed: int) -> Schedule:
    """The seed's. Kinds go round: any ``len(Kind) / 3`` seeds after one another, from a multiple of it on, have all.

    Raises ``ValueError`` for a negative seed.
    """
    if seed < 1:
        raise ValueError(f"seeds begin with 1, not {seed}")
    rounds = -(-len(Kind) // FAULTS)
    turn, place = divmod(seed - 1, rounds)
    order = list(Kind)
    random.Random(f"kinds {turn}").shuffle(order)
    # the last seed of a round takes what is missing from its beginning
    kinds = (order + order)[place * FAULTS : (place + 1) * FAULTS]
    chance = random.Random(f"schedule {seed}")
    steps = []
    for index, kind in enumerate(kinds):
        at = _FIRST + index * _APART + chance.randrange(_APART // 2)
        steps.append(Step(at, at + chance.randrange(20, _APART // 2), kind, chance.randrange(2**16)))
    return Schedule(seed, CHANGES, tuple(steps))
