"""A process that has imported what stations need, and forks one whenever it is asked to.

A process that was killed is so back in the time that its own work takes: Python's imports would be most of a seed.
``python -m tests.faults.nursery`` takes a JSON object a line and answers with the new process's id.
"""

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from deploy.local.home import CHECKOUT


class Nursery:
    """The other end, for who wants processes; a context manager."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:
            self._process.terminate()

    def fork(self, station: str, run: str, environment: Mapping[str, str], log: Path) -> int:
        """Starts a station; its process's id. Blocks for the first time until everything is imported."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"station": station, "run": run, "environment": dict(environment), "log": os.fspath(log)}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def alive(pid: int) -> bool:
    """Whether the process is there. The nursery leaves no dead ones about."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _child(asked: dict[str, Any]) -> None:
    from tests.faults.worker import main

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(asked["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, log), (2, log)):
        os.dup2(source, target)
    os.environ.clear()
    os.environ.update(asked["environment"])
    code = 1
    try:
        main(asked["station"], asked["run"])
        code = 0
    except BaseException:  # noqa: BLE001 - the process ends here, and its log says why
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _serve() -> None:
    from tests.faults.worker import ready

    ready()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _child(json.loads(line))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
