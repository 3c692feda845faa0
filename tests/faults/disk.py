"""A disk that is small enough to be filled: a tmpfs under the emulator's data, where the machine lets us mount one."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from deploy.local.home import Home
from runtime.errors import UserError

_SIZE = "96m"
_BALLAST = "ballast"
_PIECE = bytes(256 * 1024)


class NotPermittedError(UserError):
    """The machine does not let this user mount a tmpfs."""


def folder(home: Home) -> Path:
    """Where the emulator keeps its tables."""
    return home.data("bigquery") / "data"


@contextlib.contextmanager
def small(home: Home) -> Iterator[bool]:
    """Mounts it for as long as the block runs; whether that was possible. The stack must be down before and after."""
    place = folder(home)
    release(home)
    place.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        yield done.returncode == 0
    finally:
        release(home)


def release(home: Home) -> None:
    """Takes it away, also one that a killed run left behind."""
    while folder(home).is_mount():
        subprocess.run(["umount", str(folder(home))], check=True, capture_output=True)


def fill(home: Home) -> None:
    """Leaves no room. Raises ``NotPermittedError`` where the folder is no disk of its own."""
    place = folder(home)
    if not place.is_mount():
        raise NotPermittedError(
            "A full disk cannot be played here: it takes a small tmpfs under the emulator's data, which only root can"
            " mount, and `make faults` does. Run it as root, or play other seeds."
        )
    with (place / _BALLAST).open("wb") as ballast, contextlib.suppress(OSError):
        while True:
            ballast.write(_PIECE)
            ballast.flush()


def free(home: Home) -> None:
    """Makes room again."""
    (folder(home) / _BALLAST).unlink(missing_ok=True)
