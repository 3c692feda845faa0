"""The pieces a lineage drawing is made of: boxes with a kind and a name, and arrows between them. Pure SVG."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

CHARACTER = 7.3
"""The width of a character of a name, in the drawing's units: 12 units of a monospaced face, rounded up."""
_PAD = 10
_LINE = 16
_BREAK = re.compile(r"[^._-]*[._-]?")


@dataclass(frozen=True, slots=True)
class Node:
    """What a box says. ``shape`` is ``table``, ``topic``, ``station``, ``team`` or ``here``: the page's own topic."""

    shape: str
    kind: str
    name: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A node at its place; ``y`` is the top."""

    node: Node
    x: float
    y: float
    width: float

    @property
    def lines(self) -> list[str]:
        """The name, broken where it does not fit."""
        return broken(self.node.name, int((self.width - 2 * _PAD) / CHARACTER))

    @property
    def height(self) -> float:
        """As high as its lines need."""
        return height(self.node, self.width)

    @property
    def middle(self) -> float:
        """Where arrows meet it."""
        return self.y + self.height / 2

    def drawn(self) -> Markup:
        """The box as SVG, a link when it leads somewhere."""
        texts = [
            Markup('<text class="name" x="{:g}" y="{:g}">{}</text>').format(
                self.x + _PAD, self.y + 38 + _LINE * n, text
            )
            for n, text in enumerate(self.lines)
        ]
        radius = self.height / 2 if self.node.shape == "team" and len(self.lines) == 1 else 10
        body = Markup(
            '<g class="node {}"><rect x="{:g}" y="{:g}" width="{:g}" height="{:g}" rx="{:g}"/>'
            '<text class="kind" x="{:g}" y="{:g}">{}</text>{}</g>'
        ).format(
            *(self.node.shape, self.x, self.y, self.width, self.height, min(radius, 10)),
            *(self.x + _PAD, self.y + 20, self.node.kind, Markup("").join(texts)),
        )
        if self.node.href is None:
            return body
        label = f"{self.node.kind} {self.node.name}"
        return Markup('<a href="{}" aria-label="{}">{}</a>').format(self.node.href, label, body)


def height(node: Node, width: float) -> float:
    """The height of the node's box at that width."""
    return 30 + _LINE * len(broken(node.name, int((width - 2 * _PAD) / CHARACTER)))


def broken(name: str, most: int) -> list[str]:
    """The name in lines of at most ``most`` characters, broken after dots, dashes and underscores where it can be."""
    lines = [""]
    for part in filter(None, _BREAK.findall(name)):
        if lines[-1] and len(lines[-1]) + len(part) > most:
            lines.append("")
        lines[-1] += part
    return [line[at : at + most] for line in lines for at in range(0, len(line), most)]


def arrow(path: str, marker: str | None) -> Markup:
    """A line along ``path`` with a head of the marker's id, or none."""
    head = Markup(' marker-end="url(#{})"').format(marker) if marker else Markup("")
    return Markup('<path class="edge" d="{}"{}/>').format(path, head)


def svg(name: str, label: str, width: float, total: float, parts: Iterable[Markup]) -> Markup:
    """The drawing; ``name`` is its class and the id of its arrow heads."""
    return Markup(
        '<svg class="lineage {name}" role="group" aria-label="{label}" viewBox="0 0 {width:g} {total:g}" '
        'width="{width:g}" height="{total:g}"><defs><marker id="{name}-head" viewBox="0 0 8 8" refX="7" refY="4" '
        'markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 .5 7.5 4 0 7.5Z"/></marker></defs>'
        "{parts}</svg>"
    ).format(name=name, label=label, width=width, total=total, parts=Markup("").join(parts))
