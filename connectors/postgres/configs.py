"""The connector configurations this repository carries."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import UserError

FOLDER = Path(__file__).parent
_SECRET_WORDS = ("password", "secret", "token")


@dataclass(frozen=True, slots=True)
class Connector:
    """One connector: its name in Connect and its configuration, secrets by reference."""

    name: str
    config: Mapping[str, str]


def connectors(names: Iterable[str] = (), *, folder: Path = FOLDER) -> list[Connector]:
    """The named connectors, or all, in order of their names.

    Raises ``UserError`` for an unknown name, a file that is not as it must be, or a secret written inline.
    """
    found = {path.stem: _read(path) for path in sorted(folder.glob("*.json"))}
    unknown = [name for name in names if name not in found]
    if unknown:
        raise UserError(f"there is no connector named {unknown[0]!r}; there are: {', '.join(found)}")
    return [found[name] for name in (names or found)]


def _read(path: Path) -> Connector:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        connector = Connector(document["name"], document["config"])
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path.name} is no connector configuration ({error!r}); it needs a name and a config"
        ) from error
    if connector.name != path.stem:
        raise UserError(f"{path.name} declares the name {connector.name!r}; name the file after the connector")
    for key, value in connector.config.items():
        if not isinstance(value, str):
            raise UserError(f"{path.name}: {key} must be a string, as Connect keeps it")
        if any(word in key for word in _SECRET_WORDS) and not value.startswith("${"):
            raise UserError(f"{path.name}: {key} holds a secret inline; refer to it, as in ${{env:NAME}}")
    return connector
