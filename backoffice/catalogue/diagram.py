"""A topic's lineage as two drawings: columns for a wide page, a line of stops for a narrow one. Pure."""

from collections.abc import Sequence

from markupsafe import Markup

from backoffice.catalogue.drawing import Box, Node, arrow, height, svg
from backoffice.catalogue.language import Language
from backoffice.catalogue.lineage import Lineage, Reader
from schemas.topic import Table, Topic

_WIDTH, _GAP, _SPACE = 160, 30, 14
_NARROW = 320


def wide(found: Lineage, language: Language) -> Markup:
    """From left to right: tables, the topics that capture them, what makes the topic, the topic, who reads it."""
    columns, edges = _columns(found, language)
    heights = [sum(height(node, _WIDTH) + _SPACE for node in column) - _SPACE for column in columns]
    total = max(heights) + 8
    boxes: list[list[Box]] = []
    for place, (column, tall) in enumerate(zip(columns, heights, strict=True)):
        y, placed = (total - tall) / 2, []
        for node in column:
            placed.append(Box(node, 1 + place * (_WIDTH + _GAP), y, _WIDTH))
            y += placed[-1].height + _SPACE
        boxes.append(placed)
    lines = [_curve(boxes[at][one], boxes[at + 1][other]) for at, one, other in edges]
    drawn = [box.drawn() for column in boxes for box in column]
    width = len(columns) * (_WIDTH + _GAP) - _GAP + 2
    return svg("wide", language.say("lineage_label", name=found.topic.name), width, total, [*lines, *drawn])


Edge = tuple[int, int, int]
"""A column, a place in it, a place in the next column."""


def _columns(found: Lineage, language: Language) -> tuple[list[list[Node]], list[Edge]]:
    columns: list[list[Node]] = []
    edges: list[Edge] = []

    def follow(nodes: Sequence[Node], pairs: Sequence[tuple[int, int]] | None = None) -> None:
        if not nodes:
            return
        if columns:
            every = [(one, other) for one in range(len(columns[-1])) for other in range(len(nodes))]
            edges.extend((len(columns) - 1, *pair) for pair in (every if pairs is None else pairs))
        columns.append(list(nodes))

    tables = [each.table for each in found.sources if each.table]
    if len(tables) == len(found.sources):
        follow([_table(table, language) for table in tables])
    follow(
        [_topic(each, language) for each in found.sources], [(n, n) for n in range(len(tables))] if columns else None
    )
    if found.topic.table:
        follow([_table(found.topic.table, language)])
    follow([_station(name, language) for name in found.producers])
    follow([_here(found, language)])
    follow([_reader(reader, language) for reader in found.readers])
    made = list(dict.fromkeys(topic for reader in found.readers for topic in reader.makes))
    pairs = [(at, made.index(topic)) for at, reader in enumerate(found.readers) for topic in reader.makes]
    follow([_topic(topic, language) for topic in made], pairs)
    return columns, edges


def narrow(found: Lineage, language: Language) -> Markup:
    """From top to bottom along one line; what a station makes of the topic is set in below the station."""
    stops: list[tuple[Node, bool, int]] = []
    for source in found.sources:
        stops.append((_topic(source, language), False, 0))
    if found.topic.table:
        stops.append((_table(found.topic.table, language), False, 0))
    stops += [(_station(name, language), True, 0) for name in found.producers]
    stops.append((_here(found, language), True, 0))
    for reader in found.readers:
        stops.append((_reader(reader, language), True, 0))
        stops += [(_topic(topic, language), True, 1) for topic in reader.makes]
    boxes, y = [], 4.0
    for node, _, depth in stops:
        x = 22 + 22 * depth
        boxes.append(Box(node, x, y, _NARROW - x - 1))
        y += boxes[-1].height + 10
    parts: list[Markup] = []
    trunk: Box | None = None
    parent: Box | None = None
    for box, (_, receives, depth) in zip(boxes, stops, strict=True):
        start = trunk if depth == 0 else parent
        x = 8 + 22 * depth
        from_y = box.middle if start is None else (start.middle if depth == 0 else start.y + start.height)
        parts.append(arrow(f"M{x} {from_y:g}V{box.middle:g}H{box.x:g}", "narrow-head" if receives else None))
        if depth == 0:
            trunk = parent = box
    drawn = [*parts, *(box.drawn() for box in boxes)]
    return svg("narrow", language.say("lineage_label", name=found.topic.name), _NARROW, y, drawn)


def _curve(one: Box, other: Box) -> Markup:
    x, to = one.x + one.width, other.x - 1
    bend = (x + to) / 2
    return arrow(
        f"M{x:g} {one.middle:g}C{bend:g} {one.middle:g} {bend:g} {other.middle:g} {to:g} {other.middle:g}", "wide-head"
    )


def _table(table: Table, language: Language) -> Node:
    return Node("table", language.say("node_table"), f"{table.database}.{table.name}")


def _topic(topic: Topic, language: Language) -> Node:
    return Node(
        "topic", language.say("node_captured" if topic.table else "node_topic"), topic.name, f"{topic.name}.html"
    )


def _here(found: Lineage, language: Language) -> Node:
    return Node("here", language.say("node_here"), found.topic.name)


def _station(name: str, language: Language) -> Node:
    return Node("station", language.say("node_station"), name)


def _reader(reader: Reader, language: Language) -> Node:
    if reader.is_team:
        return Node("team", language.say("node_team"), reader.name, f"#team-{reader.name}")
    return _station(reader.name, language)
