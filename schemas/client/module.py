"""The client's record classes: one module a public domain. Pure."""

from collections.abc import Collection, Sequence
from typing import Any, get_type_hints

from schemas.avro import is_optional, split
from schemas.client.annotation import Needs, annotation
from schemas.client.text import MARK, docstring
from schemas.marks import Default, Doc, Personal
from schemas.owners import OWNERS
from schemas.records.event import EventEnvelope
from schemas.topic import Topic

_DATACLASS = "@dataclass(frozen=True, slots=True, kw_only=True)\n"


def domain_of(topic: Topic) -> str:
    """The client's module of the topic's records: its name up to the first dot."""
    return topic.name.partition(".")[0].replace("-", "_")


def base_module() -> str:
    """``balcao_events.records``: what every event carries."""
    needs = Needs()
    body = _class("Event", EventEnvelope, docstring(EventEnvelope.__doc__ or "", "    "), needs)
    return _module("What every event carries; each module here holds the records of one domain.", body, needs)


def domain_module(domain: str, topics: Sequence[Topic]) -> str:
    """``balcao_events.records.<domain>``: a frozen dataclass a record type. Raises ``TypeError``, ``ValueError``."""
    needs = Needs()
    needs.add_import("balcao_events.records", "Event")
    inherited = tuple(get_type_hints(EventEnvelope))
    classes: dict[str, str] = {}
    for topic in topics:
        missing = set(inherited) - set(get_type_hints(topic.value))
        if missing:
            raise TypeError(f"{topic.name} is public, so its record must be an event; it lacks {sorted(missing)}")
        name = topic.value.__name__
        if name in classes:
            raise ValueError(f"two topics of {domain} have a record called {name}; give each version its own name")
        about = docstring(topic.value.__doc__ or topic.description, "    ", more=_topic(topic))
        classes[name] = _class(name, topic.value, about, needs, base=inherited)
    body = "\n\n".join([*_nested(needs), *classes.values()])
    return _module(f"The domain events of {domain}.", body, needs)


def _topic(topic: Topic) -> str:
    text = f"Topic ``{topic.name}``, owned by {topic.owner} ({OWNERS[topic.owner].contact})."
    if topic.sunset is not None:
        text += f" Deprecated: it ends on {topic.sunset}"
        text += f", ``{topic.successor}`` replaces it." if topic.successor else "."
    return text


def _nested(needs: Needs) -> list[str]:
    """The classes that records hold inside, those that others hold first."""
    classes: dict[str, str] = {}
    while waiting := [name for name in needs.nested if name not in classes]:
        for name in waiting:
            cls = needs.nested[name]
            classes[name] = _class(name, cls, docstring(cls.__doc__ or name, "    "), needs)
    return list(reversed(classes.values()))


def _class(name: str, cls: type, about: str, needs: Needs, *, base: Collection[str] = ()) -> str:
    """A record's class; with ``base``, the fields it has from ``Event``."""
    needs.add_import("dataclasses", "dataclass")
    text = f"{_DATACLASS}class {name}{'(Event)' if base else ''}:\n{about}"
    hints = get_type_hints(cls, include_extras=True)
    fields = [_field(cls, field, hint, needs) for field, hint in hints.items() if field not in base]
    return text + ("\n" + "".join(fields) if fields else "")


def _field(cls: type, name: str, hint: Any, needs: Needs) -> str:
    inner, marks = split(hint)
    doc = " ".join(mark.text for mark in marks if isinstance(mark, Doc))
    personal = [mark.reason for mark in marks if isinstance(mark, Personal)]
    default = [repr(mark.value) for mark in marks if isinstance(mark, Default)]
    if not default and is_optional(inner):
        default = ["None"]
    value = f" = {default[0]}".replace("'", '"') if default else ""
    if personal:
        # what must not reach a log is not in the record's repr
        needs.add_import("dataclasses", "field")
        doc += f" Personal data: {personal[0]}"
        value = f" = field({f'default={default[0]}, ' if default else ''}repr=False)".replace("'", '"')
    return f"    {name}: {annotation(cls, name, hint, needs)}{value}\n{docstring(doc, '    ')}"


def _module(about: str, body: str, needs: Needs) -> str:
    parts = [docstring(about), f"{MARK}\n", _imports(needs.imports)]
    if needs.literals:
        parts.append("\n".join(_literal(name, symbols) for name, symbols in sorted(needs.literals.items())))
    return "\n".join(parts) + "\n\n" + body


def _literal(name: str, symbols: Sequence[str]) -> str:
    inside = "".join(f'    "{symbol}",\n' for symbol in symbols)
    return f"{name} = Literal[\n{inside}]\n"


def _imports(imports: dict[str, set[str]]) -> str:
    def lines(ours: bool) -> str:
        found = [module for module in sorted(imports) if module.startswith("balcao_events") == ours]
        return "".join(f"from {module} import {', '.join(sorted(imports[module]))}\n" for module in found)

    return "\n".join(block for block in (lines(ours=False), lines(ours=True)) if block)
