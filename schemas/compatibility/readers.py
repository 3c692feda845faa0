"""Who reads a topic, or one field of it: our stations, which read all, and the teams that declared it."""

from dataclasses import dataclass

from schemas.compatibility.resolve import Path
from schemas.contract import Contract, Contracts, subscribers

_SIDES = ("before", "after")


@dataclass(frozen=True, slots=True)
class Readers:
    """The readers of one topic before and after a change."""

    stations: tuple[str, ...]
    """Those that read it before or after."""
    before: tuple[tuple[str, tuple[str, ...]], ...]
    """Teams and the fields they declared until now; no field means all of them."""
    after: tuple[tuple[str, tuple[str, ...]], ...]

    def teams(self, field: str | None, *, still: bool = False) -> tuple[str, ...]:
        """The teams that read the field, or the topic for ``None``; with ``still`` only those that declare it now."""
        pairs = self.after if still else (*self.before, *self.after)
        found = [team for team, fields in pairs if field is None or not fields or field in fields]
        return tuple(dict.fromkeys(found))

    def of(self, field: str | None) -> tuple[str, ...]:
        """Every reader of the field, or of the topic for ``None``."""
        return (*self.stations, *self.teams(field))


def readers(old: Contracts, new: Contracts, topic: str) -> Readers:
    """Who reads the topic in either register. Pure."""
    both = [contracts.topics[topic] for contracts in (old, new) if topic in contracts.topics]
    stations = dict.fromkeys(station for contract in both for station in contract.consumers)
    pairs = [
        tuple((each.team, each.fields) for each in subscribers(contracts.subscriptions, topic))
        for contracts in (old, new)
    ]
    return Readers(tuple(stations), pairs[0], pairs[1])


def row_path(contract: Contract, path: Path) -> Path:
    """The path as people know it: a captured row's field without the envelope's ``before`` or ``after``."""
    return path[1:] if contract.captured and len(path) > 1 and path[0] in _SIDES else path


def label(path: Path) -> str:
    """``items[].price`` in backquotes; "the record" for the record itself."""
    text = "".join(part if part in ("[]", "{}") else f".{part}" for part in path).lstrip(".")
    return f"`{text}`" if text else "the record"
