"""The Python client that other teams install: its record classes, topics and reader schemas, as files."""

import json
from pathlib import Path

from schemas.client.module import base_module, domain_module, domain_of
from schemas.client.reader import reader_schema
from schemas.client.topics import topics_module
from schemas.client.version import version_module
from schemas.topic import Topic, Visibility
from schemas.topics import TOPICS

PACKAGE = Path(__file__).parents[2] / "clients" / "python" / "src" / "balcao_events"
PUBLIC: tuple[Topic, ...] = tuple(topic for topic in TOPICS if topic.visibility is Visibility.PUBLIC)


def rendered(topics: tuple[Topic, ...] = PUBLIC) -> dict[Path, str]:
    """Every derived file of the client: its path and text; pure.

    Raises ``TypeError`` for a public topic whose record is no event or has a field the client has no type for, and
    ``ValueError`` when two topics would have one name in the client.
    """
    domains: dict[str, list[Topic]] = {}
    for topic in topics:
        domains.setdefault(domain_of(topic), []).append(topic)
    files = {
        PACKAGE / "_version.py": version_module(topics),
        PACKAGE / "topics.py": topics_module(topics),
        PACKAGE / "records" / "__init__.py": base_module(),
    }
    for domain, inside in sorted(domains.items()):
        files[PACKAGE / "records" / f"{domain}.py"] = domain_module(domain, inside)
    for topic in topics:
        text = json.dumps(reader_schema(topic), indent=2, ensure_ascii=False) + "\n"
        files[PACKAGE / "schemas" / f"{topic.name}.avsc"] = text
    return files


def present() -> list[Path]:
    """The files that lie where only derived ones may; one that ``rendered`` does not name is left over."""
    return [*sorted((PACKAGE / "records").glob("*.py")), *sorted((PACKAGE / "schemas").glob("*.avsc"))]
