"""The page that plots scores over time: one HTML file without scripts, Portuguese first."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from jinja2 import Environment, StrictUndefined

from agents.evals.gate import Scores
from agents.evals.history import Entry

WIDTH, HEIGHT = 640, 160
_PLOTS = (
    ("understanding", "accuracy", "Acerto do assunto", "Flow accuracy"),
    ("understanding", "flows_f1", "Vários assuntos (F1)", "Several flows (F1)"),
    ("understanding", "entities_f1", "Entidades (F1)", "Entities (F1)"),
    ("scenarios", "passed", "Cenários aprovados", "Scenarios passed"),
    ("scenarios", "containment", "Resolvidos sem pessoa", "Containment"),
    ("injections", "held", "Ataques sem efeito", "Attacks without effect"),
    ("scenarios", "p95_ms", "Turno p95 (ms)", "Turn p95 (ms)"),
)


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement at its place in the plot."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    """One score over time; ``limit`` is the height of its threshold's line."""

    portuguese: str
    english: str
    newest: str
    threshold: str
    points: tuple[Point, ...]
    limit: float

    @property
    def line(self) -> str:
        """The points as an SVG polyline has them."""
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.points)


def render(entries: Sequence[Entry], wanted: Scores) -> str:
    """The page; of no entries a page that says so."""
    template = resources.files("agents.evals").joinpath("page.html.j2").read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    plots = [_plot(entries, wanted, each) for each in _PLOTS] if entries else []
    return environment.from_string(template).render(
        plots=plots, entries=entries[::-1], names=_PLOTS, width=WIDTH, height=HEIGHT, score=_score
    )


def _plot(entries: Sequence[Entry], wanted: Scores, drawn: tuple[str, str, str, str]) -> Plot:
    area, name, portuguese, english = drawn
    scores = [getattr(entry, area).get(name) for entry in entries]
    limit = wanted[area][name]
    top = max([limit, *(score for score in scores if score is not None)]) * 1.1 if name.endswith("_ms") else 1.0
    low = 0.0 if name.endswith("_ms") else min([limit, *(score for score in scores if score is not None)]) - 0.05

    def height(score: float) -> float:
        return HEIGHT - 12 - (score - low) / (top - low) * (HEIGHT - 24)

    step = (WIDTH - 40) / max(len(scores) - 1, 1)
    points = tuple(
        Point(20 + place * step, height(score), f"{entry.on} {entry.version}: {_written(name, score)}")
        for place, (entry, score) in enumerate(zip(entries, scores, strict=True))
        if score is not None
    )
    newest = next((score for score in reversed(scores) if score is not None), None)
    shown = _written(name, newest) if newest is not None else "-"
    return Plot(portuguese, english, shown, _written(name, limit), points, height(limit))


def _score(entry: Entry, area: str, name: str) -> str:
    return _written(name, getattr(entry, area).get(name))


def _written(name: str, score: float | None) -> str:
    if score is None:
        return "-"
    return f"{score:.0f} ms" if name.endswith("_ms") else f"{score * 100:.1f} %".replace(".", ",")
