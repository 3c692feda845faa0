"""The market changing while something is measured."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def traffic(rate: float, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """``balcao traffic`` at ``rate`` changes a second while the body runs.

    Raises ``RuntimeError`` at the end when it had stopped before.
    """
    command = [sys.executable, "-m", "deploy.cli", "traffic", "--rate", str(rate)]
    process = subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
        if process.poll() is not None:
            raise RuntimeError(f"the traffic generator ended with exit code {process.returncode}")
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
