"""Finding processes: those of one stack, and the one that holds a port."""

import os
import socket
from collections.abc import Iterable
from pathlib import Path

import psutil

from deploy.local.home import Home
from deploy.local.layout import HOST
from deploy.local.ports import Ports, setting
from deploy.local.postgres import Server
from runtime.errors import UserError

MARKER = "BALCAO_STACK"


def of_stack(home: Home) -> list[psutil.Process]:
    """Every process of the stack in ``home``, whoever its parent is now.

    A process is known by the marker in its environment; PostgreSQL's children, which overwrite theirs, by their working
    folder or their parent.
    """
    data = Server.of(home).data
    found: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        if _is_marked(process, home.marker) or _works_in(process, data):
            found[process.pid] = process
            for child in _children(process):
                found[child.pid] = child
    ours = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [process for pid, process in found.items() if pid not in ours]


def end(processes: Iterable[psutil.Process], *, patience: float = 10) -> None:
    """SIGTERM, then SIGKILL to those that are still there after ``patience`` seconds. Blocks until all are gone."""
    waiting = list(processes)
    for process in waiting:
        _signal(process, kill=False)
    _, stubborn = psutil.wait_procs(waiting, timeout=patience)
    for process in stubborn:
        _signal(process, kill=True)
    psutil.wait_procs(stubborn, timeout=patience)


def require_free(program: str, names: Iterable[str], ports: Ports) -> None:
    """Raise ``UserError`` with one sentence when one of the ports is taken."""
    for name in names:
        number = ports[name]
        with socket.socket() as probe:
            # As servers do, so that a port whose last connection is only just closed counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, number))
            except OSError:
                raise UserError(
                    f"{program} cannot start: its port {number} is taken{_holder(number)}; "
                    f"end that program, or set {setting(name)} (or BALCAO_PORT_BASE for all) to another port."
                ) from None


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections(kind="tcp"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
                # The name only: another program's arguments may hold what is not ours to print.
                return (
                    f" by process {connection.pid} ({psutil.Process(connection.pid).name()})" if connection.pid else ""
                )
    except psutil.Error:
        return ""  # only root may see whose it is on some systems; the sentence is right without it
    return ""


def _is_marked(process: psutil.Process, marker: str) -> bool:
    try:
        return process.environ().get(MARKER) == marker
    except (psutil.Error, OSError):
        return False


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.cwd() == os.fspath(folder)
    except (psutil.Error, OSError):
        return False


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _signal(process: psutil.Process, *, kill: bool) -> None:
    try:
        if kill:
            process.kill()
        else:
            process.terminate()
    except psutil.NoSuchProcess:
        return  # it ended by itself in the meantime, which is what was wanted
