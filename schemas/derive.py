"""What derives from the register, as files: one Avro schema a topic, all contracts, and the client's generated part."""

import json
from pathlib import Path

from schemas import access, asyncapi, client, contract_document
from schemas.contract import current
from schemas.envelope import schema_of
from schemas.topics import TOPICS

DERIVED = Path(__file__).parent / "derived"


def rendered() -> dict[Path, str]:
    """Every derived file's path and text; pure."""
    files = {
        DERIVED / f"{topic.name}.avsc": json.dumps(schema_of(topic), indent=2, ensure_ascii=False) + "\n"
        for topic in TOPICS
    }
    files[DERIVED / contract_document.FILE] = contract_document.render(current())
    files[DERIVED / asyncapi.FILE] = asyncapi.render()
    files[DERIVED / access.FILE] = access.render()
    return {**files, **client.rendered()}


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
    for path, text in wanted.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(path.name)
    for path in _leftover(wanted):
        path.unlink()
        changed.append(path.name)
    return changed


def _leftover(wanted: dict[Path, str]) -> list[Path]:
    present = [path for path in sorted(DERIVED.iterdir()) if path.suffix in (".avsc", ".json")]
    return [path for path in (*present, *client.present()) if path not in wanted]
