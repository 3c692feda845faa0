"""Files that are whole or not there: what the process writes besides the engine's own data."""

import fcntl
import os
from pathlib import Path

import orjson

from runtime.errors import UserError


def write_whole(path: Path, value: object) -> None:
    """Replace ``path`` by ``value`` as JSON; after return it survives a crash of the machine. Blocks."""
    draft = path.with_name(path.name + ".new")
    with draft.open("wb") as file:
        file.write(orjson.dumps(value, option=orjson.OPT_INDENT_2))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` (after a rename) survive a crash of the machine."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def lock(folder: Path) -> int:
    """Hold ``folder`` for this process until it ends; the engine allows one opener.

    Raises ``UserError`` when another process holds it.
    """
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise UserError(f"another Qdrant process has {folder} open; stop it first or name another folder") from None
    return handle
