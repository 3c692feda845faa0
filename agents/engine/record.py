"""What of a turn is kept, so that it can be decided again exactly: as JSON, in ``turns.seen``. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from typing import Any

from pydantic import TypeAdapter

from agents.engine.heard import Heard
from agents.identity import Identity
from agents.memory import Memory
from agents.orchestrator.routing import Route
from agents.understanding.protocol import Understood

VERSION = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a turn was decided on, besides what its tools answered."""

    said: Heard
    identity: Identity
    memory: Memory
    facts: Mapping[str, Any]
    now: datetime
    understood: Understood | None


def asked(
    said: Heard,
    *,
    identity: Identity,
    memory: Memory,
    facts: Mapping[str, Any],
    now: datetime,
    understood: Understood | None,
) -> dict[str, Any]:
    """The part of the record that ``read`` gives back."""
    return {
        "version": VERSION,
        "agent": release(),
        "said": _adapter(Heard).dump_python(said, mode="json"),
        "identity": _adapter(Identity).dump_python(identity, mode="json"),
        "memory": memory.dump(),
        "known": dict(facts),
        "now": now.isoformat(),
        "understood": _adapter(Understood).dump_python(understood, mode="json") if understood else None,
    }


def read(seen: Mapping[str, Any]) -> Asked | None:
    """What a recorded turn was decided on; ``None`` for a silent turn and for a record of another version."""
    if seen.get("version") != VERSION:
        return None
    return Asked(
        said=_adapter(Heard).validate_python(seen["said"]),
        identity=_adapter(Identity).validate_python(seen["identity"]),
        memory=Memory.kept(seen["memory"]),
        facts=seen["known"],
        now=datetime.fromisoformat(seen["now"]),
        understood=_adapter(Understood).validate_python(seen["understood"]) if seen["understood"] else None,
    )


def route(taken: Route) -> dict[str, Any]:
    """Which specialist and flow a part of the message went to, how, and how sure that was."""
    return {
        "specialist": taken.specialist,
        "how": taken.how,
        "flow": taken.request.flow.name,
        "names": list(taken.request.names),
        "kind": taken.request.kind,
        "confidence": round(taken.confidence, 3),
    }


@cache
def release() -> str:
    """The version of the agent's code, by which what it did can be compared."""
    return version("balcao")


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
