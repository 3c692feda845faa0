"""What derives from the register, as files: one Avro schema a topic under ``schemas/derived/``."""

import json
from pathlib import Path

from schemas.envelope import schema_of
from schemas.topics import TOPICS

DERIVED = Path(__file__).parent / "derived"


def rendered() -> dict[Path, str]:
    """Every derived file's path and text; pure."""
    return {
        DERIVED / f"{topic.name}.avsc": json.dumps(schema_of(topic), indent=2, ensure_ascii=False) + "\n"
        for topic in TOPICS
    }


def stale() -> list[str]:
    """The derived files that are missing, out of date, or belong to no topic any more, each with the reason."""
    wanted = rendered()
    found = [
        f"{path.name}: {'differs from the register' if path.exists() else 'missing'}"
        for path, text in wanted.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    return found + [f"{path.name}: no topic has this name" for path in _leftover(wanted)]


def write() -> list[str]:
    """Bring the files up to date; returns the names of those that changed."""
    wanted = rendered()
    changed = []
    DERIVED.mkdir(exist_ok=True)
    for path, text in wanted.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path.name)
    for path in _leftover(wanted):
        path.unlink()
        changed.append(path.name)
    return changed


def _leftover(wanted: dict[Path, str]) -> list[Path]:
    return [path for path in sorted(DERIVED.glob("*.avsc")) if path not in wanted]
