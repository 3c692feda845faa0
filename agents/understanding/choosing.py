"""Decides which flows a message asks for, and in which order, from the scores of the whole and of its clauses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.understanding.calibration import Floats, softmax
from agents.understanding.scoring import Scores

COURTESIES = frozenset({"greeting", "thanks_bye"})
_CANDIDATES = 4
_LEAST = 1e-3
_ASKED = 0.22
"""A request that is left out is worse than one too many: well below one half. On voices left out 0.4 reads 4 % fewer
messages of several flows whole, and names the first flow of 0.2 % more of all messages."""


@dataclass(frozen=True, slots=True)
class Chooser:
    """``temperature`` makes the scores probabilities; ``weights`` (the last is the bias) judge a further flow."""

    flows: tuple[str, ...]
    temperature: float
    weights: NDArray[np.float64]

    def choose(self, scores: Scores) -> dict[str, float]:
        """The flows asked for with their confidences, in the order asked; at least one."""
        together = self.together(scores)
        sure = softmax(scores.parts * self.temperature)
        top = int(together.argmax())
        wanted = {top: float(together[top])}
        for at, row in candidates(scores, together, sure, self.flows):
            if self.flows[at] not in COURTESIES and self.flows[top] not in COURTESIES:
                asked = float(1 / (1 + np.exp(-(row @ self.weights[:-1] + self.weights[-1]))))
                if asked > _ASKED:
                    wanted[at] = asked
        ordered = sorted(wanted, key=lambda at: place(at, scores, sure)) if len(wanted) > 1 else list(wanted)
        return {self.flows[at]: wanted[at] for at in ordered}

    def together(self, scores: Scores) -> Floats:
        """The probability of each flow for the message; beside anything else, courtesies count little."""
        return softmax(scores.whole * self.temperature)


def candidates(
    scores: Scores, together: Floats, sure: Floats, flows: Sequence[str]
) -> list[tuple[int, NDArray[np.float64]]]:
    """The flows that might be asked for beside the likeliest, each with what speaks for it."""
    order = np.argsort(-scores.whole)
    top = int(together.argmax())
    heads = sure.argmax(axis=1)
    near = [int(at) for at in dict.fromkeys([*order[:_CANDIDATES].tolist(), *heads.tolist()]) if at != top]
    leads = [at for at in near if flows[at] not in COURTESIES]
    return [(at, np.concatenate([_signs(at, top, scores, sure, heads), *_which(at, top, len(flows))])) for at in leads]


def _which(at: int, top: int, count: int) -> NDArray[np.float64]:
    """Which flow it would be beside which: some are often asked for together with others, some seem so and are not."""
    return np.eye(count)[[at, top]]


def _signs(at: int, top: int, scores: Scores, sure: Floats, heads: NDArray[np.int64]) -> NDArray[np.float64]:
    """What speaks for a further flow: how the whole scores it, and the clauses that are about it more than the top."""
    apart = len(sure) > 1
    leads = heads == at
    best = int(sure[:, at].argmax())
    most = float(sure[:, at].max()) if apart else 0.0
    first = float(sure[:, top].max()) if apart else 0.0
    rival = float(sure[best, top]) if apart else 1.0
    return np.array(
        [
            scores.whole[at],
            scores.whole[top],
            scores.whole[top] - scores.whole[at],
            float(apart),
            most,
            float(scores.parts[best, at]) if apart else -1.0,
            float(leads.any()) if apart else 0.0,
            float((heads == top).any()) if apart else 0.0,
            first,
            float(min(len(sure), 5)),
            rival,
            most * first,
            float(leads.any() and (heads == top).any()) if apart else 0.0,
            most * (1 - rival),
            np.log(most + _LEAST),
            np.log(rival + _LEAST),
        ]
    )


def place(at: int, scores: Scores, sure: Floats) -> float:
    """Where in the message a flow is asked for: the clause that is most about it."""
    return float(sure[:, at].argmax()) - 1e-3 * float(scores.whole[at])
