"""Reading the programs' logs, and following them through rotation."""

import time
from collections import deque
from pathlib import Path

import typer

from deploy.local.home import Home
from deploy.local.supervisor_config import log_file
from runtime.errors import UserError

POLL = 0.2


def show(home: Home, program: str | None, *, follow: bool, lines: int) -> None:
    """Print the last ``lines`` of the program, or of all; with ``follow``, go on until interrupted.

    Raises ``UserError`` when there is no such log.
    """
    paths = [log_file(home, program)] if program else sorted(home.logs.glob("*.log"))
    missing = [path for path in paths if not path.exists()]
    if missing or not paths:
        known = ", ".join(path.stem for path in sorted(home.logs.glob("*.log"))) or "none yet"
        raise UserError(f"There is no log of {program or 'any program'} in {home.logs}; there are: {known}.")
    prefixes = {path: "" if program else f"{path.stem:<14} " for path in paths}
    ends = {path: _print_last(path, lines, prefixes[path]) for path in paths}
    try:
        while follow:
            time.sleep(POLL)
            for path in paths:
                ends[path] = _print_new(path, ends[path], prefixes[path])
    except KeyboardInterrupt:
        return


def _print_last(path: Path, lines: int, prefix: str) -> int:
    with path.open("rb") as file:
        for line in deque(file, maxlen=lines):
            _print(line, prefix)
        return file.tell()


def _print_new(path: Path, start: int, prefix: str) -> int:
    size = path.stat().st_size if path.exists() else 0
    if size < start:
        start = 0  # rotated: a new file begins
    if size == start:
        return start
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            _print(line, prefix)
        return file.tell()


def _print(line: bytes, prefix: str) -> None:
    typer.echo(prefix + line.decode(errors="replace").rstrip("\n"))
