"""Scores an understanding on labelled messages."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.evals.cases import Case
from agents.evals.matching import matched
from agents.understanding.protocol import Understood

MEASURED = frozenset(
    {"order_number", "invoice_number", "product", "quantity", "price", "date", "cnpj", "city", "score"}
)
"""The entities that are measured wherever a case says its entities; another only where a case names it."""


@dataclass(frozen=True, slots=True)
class FlowScore:
    """One flow's cases: how many there are, how many are named so, how many of both agree."""

    flow: str
    cases: int
    named: int
    right: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 when nothing agrees."""
        return 2 * self.right / ((self.cases + self.named) or 1)


@dataclass(frozen=True, slots=True)
class Report:
    """Shares are of 1. An abstention is a wrong answer, except where the case names no flow."""

    n: int
    accuracy: float
    flows_f1: float
    macro_f1: float
    entities_f1: float | None
    abstained: int
    flows: tuple[FlowScore, ...]
    confusions: tuple[tuple[str, str, int], ...]
    """Flow meant, flow named ("-" for none), how often; the commonest first."""
    entities: Mapping[str, tuple[int, int, int]]
    """By name: values meant, found, and agreeing."""

    def as_dict(self) -> dict[str, Any]:
        """The figures for machines."""
        return {
            "accuracy": round(self.accuracy, 4),
            "flows_f1": round(self.flows_f1, 4),
            "macro_f1": round(self.macro_f1, 4),
            "entities_f1": None if self.entities_f1 is None else round(self.entities_f1, 4),
            "abstained": self.abstained,
            "n": self.n,
        }


def measure(cases: Sequence[Case], understand: Callable[[str], Understood]) -> Report:
    """Reads every case. ``flows_f1`` and ``entities_f1`` are micro averages, ``macro_f1`` is of ``flow``."""
    read = [(case, understand(case.text)) for case in cases]
    right = sum(case.flow == understood.flow for case, understood in read)
    shared = sum(len(set(case.flows) & set(understood.flows)) for case, understood in read)
    named = sum(len(set(case.flows)) + len(set(understood.flows)) for case, understood in read)
    flows = _flow_scores(read)
    entities = _entity_counts(read)
    stated = any(case.entities is not None for case in cases)
    return Report(
        n=len(cases),
        accuracy=right / len(cases),
        flows_f1=2 * shared / named if named else 1.0,
        macro_f1=sum(score.f1 for score in flows if score.cases) / (sum(bool(score.cases) for score in flows) or 1),
        entities_f1=_micro(entities.values()) if stated else None,
        abstained=sum(understood.abstained for _, understood in read),
        flows=flows,
        confusions=_confusions(read),
        entities=entities,
    )


def _flow_scores(read: Sequence[tuple[Case, Understood]]) -> tuple[FlowScore, ...]:
    meant = Counter(case.flow or "-" for case, _ in read)
    named = Counter(understood.flow or "-" for _, understood in read)
    both = Counter(case.flow or "-" for case, understood in read if case.flow == understood.flow)
    return tuple(FlowScore(flow, meant[flow], named[flow], both[flow]) for flow in sorted({*meant, *named}))


def _confusions(read: Sequence[tuple[Case, Understood]]) -> tuple[tuple[str, str, int], ...]:
    wrong = Counter(
        (case.flow or "-", understood.flow or "-") for case, understood in read if case.flow != understood.flow
    )
    return tuple((meant, named, times) for (meant, named), times in wrong.most_common())


def _entity_counts(read: Sequence[tuple[Case, Understood]]) -> dict[str, tuple[int, int, int]]:
    counts: dict[str, list[int]] = {}
    for case, understood in read:
        if case.entities is None:
            continue
        found = understood.entities.as_dict()
        for name in sorted((MEASURED & found.keys()) | case.entities.keys()):
            meant = {name: case.entities.get(name, ())}
            row = counts.setdefault(name, [0, 0, 0])
            row[0] += len(meant[name])
            row[1] += len(found.get(name, ()))
            row[2] += matched(found, meant)
    return {name: (row[0], row[1], row[2]) for name, row in sorted(counts.items())}


def _micro(counts: Iterable[tuple[int, int, int]]) -> float:
    rows = list(counts)
    pairs = sum(meant + found for meant, found, _ in rows)
    return 2 * sum(agreeing for _, _, agreeing in rows) / pairs if pairs else 1.0
