"""Which port each program listens on: a base and fixed offsets, each overridable by ``BALCAO_PORT_<NAME>``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.local.home import Home
from runtime.errors import SettingsError

DEFAULT_BASE = 17000

OFFSETS: dict[str, int] = {
    "postgres": 0,
    "kafka": 1,
    "kafka_controller": 2,
    "registry": 3,
    "connect": 4,
    "bigquery": 5,
    "bigquery_grpc": 6,
    "qdrant": 7,
    "simulator": 8,
    "webhook": 9,
    "backoffice": 10,
    # Each station serves its Prometheus metrics on a port of its own.
    "webhook_metrics": 20,
    "streams_metrics": 21,
    "customer_metrics": 22,
    "bigquery_sink_metrics": 23,
    "qdrant_sink_metrics": 24,
    "whatsapp_sink_metrics": 25,
    "events_metrics": 26,
}


def setting(name: str) -> str:
    """The environment variable that overrides the port ``name``."""
    return f"BALCAO_PORT_{name.upper()}"


@dataclass(frozen=True)
class Ports:
    """Every port of one stack, by name."""

    numbers: Mapping[str, int]

    def __getitem__(self, name: str) -> int:
        return self.numbers[name]

    @classmethod
    def of(cls, base: int, overrides: Mapping[str, int] | None = None) -> "Ports":
        """Ports from ``base``; raises ``SettingsError`` for a number that is no port or is used twice."""
        numbers = {name: base + offset for name, offset in OFFSETS.items()} | dict(overrides or {})
        owners: dict[int, str] = {}
        for name, number in numbers.items():
            if not 1024 <= number <= 65535:
                raise SettingsError(
                    f"{number} is no usable port for {name}: set BALCAO_PORT_BASE or {setting(name)} to 1024-65535."
                )
            if number in owners:
                raise SettingsError(
                    f"{name} and {owners[number]} both have port {number}: set {setting(name)} to another one."
                )
            owners[number] = name
        return cls(numbers)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Ports | None":
        """The ports that ``environ`` asks for, or ``None`` when it says nothing about ports."""
        overrides = {name: _number(setting(name), environ) for name in OFFSETS if setting(name) in environ}
        if "BALCAO_PORT_BASE" not in environ and not overrides:
            return None
        base = _number("BALCAO_PORT_BASE", environ) if "BALCAO_PORT_BASE" in environ else DEFAULT_BASE
        return cls.of(base, overrides)

    @classmethod
    def saved(cls, home: Home) -> "Ports | None":
        """The ports that the stack in ``home`` was last brought up with; ``None`` when it is down."""
        if not home.ports.exists():
            return None
        known: dict[str, int] = json.loads(home.ports.read_text())
        return cls.of(DEFAULT_BASE, {name: number for name, number in known.items() if name in OFFSETS})

    def save(self, home: Home) -> None:
        """Remember these for the verbs that follow ``up``."""
        home.ports.write_text(json.dumps(dict(self.numbers), indent=1) + "\n")


def _number(variable: str, environ: Mapping[str, str]) -> int:
    try:
        return int(environ[variable])
    except ValueError:
        raise SettingsError(f"{variable} must be a port number, not {environ[variable]!r}.") from None
