"""The running supervisord of one stack: starting it, asking it, telling it."""

import contextlib
import math
import os
import subprocess
import sys
import threading
import time
import xmlrpc.client
from dataclasses import dataclass
from typing import Any

import psutil

from deploy.local import supervisor_config
from deploy.local.home import Home
from deploy.local.processes import MARKER
from runtime.errors import UserError

ALREADY_STARTED, NOT_RUNNING, BAD_NAME = 60, 70, 10


class SilentError(UserError):
    """supervisord does not answer."""


@dataclass(frozen=True)
class State:
    """What supervisor knows of a program. ``name`` is supervisor's word (``RUNNING``); times are epoch seconds."""

    name: str
    pid: int
    started: float
    ended: float

    @property
    def up(self) -> bool:
        """Running, or on its way."""
        return self.name in {"RUNNING", "STARTING"}


class Supervisor:
    """Speaks to supervisord over its socket. Blocking; a connection a call, so threads may share one."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._known: dict[str, State] = {}
        self._known_at = -math.inf

    def pid(self) -> int | None:
        """The process id of the living supervisord, else ``None``."""
        try:
            pid = int(supervisor_config.pid_file(self._home).read_text())
            alive = psutil.Process(pid).environ().get(MARKER) == self._home.marker
        except (OSError, ValueError, psutil.Error):
            return None
        return pid if alive else None

    def launch(self) -> None:
        """Start supervisord and wait until it answers. Raises ``UserError`` when it does not within ten seconds."""
        configuration = os.fspath(supervisor_config.path(self._home))
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", configuration]
        environ = supervisor_config.base_environment(self._home)
        done = subprocess.run(
            command,
            cwd=self._home.root,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        if done.returncode:
            raise UserError(f"supervisord does not start: {(done.stderr or done.stdout).strip()}")
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(SilentError, xmlrpc.client.Error):
                self.states()
                return
            time.sleep(0.02)
        raise UserError(f"supervisord does not answer; see {self._home.logs / 'supervisord.log'}.")

    def states(self) -> dict[str, State]:
        """Every program's state. Raises ``SilentError`` when supervisord does not answer."""
        found: Any = self._call("getAllProcessInfo")
        return {
            str(info["name"]): State(
                str(info["statename"]), int(info["pid"]), float(info["start"]), float(info["stop"])
            )
            for info in found
        }

    def recent_states(self, age: float) -> dict[str, State]:
        """``states``, at most ``age`` seconds old; for many threads that wait, since each question costs both sides."""
        with self._lock:
            if time.monotonic() - self._known_at > age:
                self._known, self._known_at = self.states(), time.monotonic()
            return self._known

    def start(self, program: str) -> None:
        """Tell it to start ``program``; does not wait. Nothing happens when it is started already."""
        try:
            self._call("startProcess", program, False)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != ALREADY_STARTED:
                raise

    def stop(self, program: str, *, wait: bool) -> None:
        """Tell it to stop ``program``. Nothing happens when it is stopped already."""
        try:
            self._call("stopProcess", program, wait)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode not in {NOT_RUNNING, BAD_NAME}:
                raise

    def reload(self) -> None:
        """Take the changed file: programs whose section changed are stopped and known anew, others go on."""
        ((added, changed, removed),) = self._call("reloadConfig")
        for name in (*changed, *removed):
            self._call("stopProcessGroup", name)
            self._call("removeProcessGroup", name)
        for name in (*added, *changed):
            self._call("addProcessGroup", name)

    def shutdown(self) -> None:
        """End supervisord, and with it what still runs; returns when it is gone, at most after a minute."""
        pid = self.pid()
        self._call("shutdown")
        if pid is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(pid).wait(timeout=60)

    def _call(self, method: str, *arguments: object) -> Any:
        from supervisor.xmlrpc import SupervisorTransport

        transport = SupervisorTransport(None, None, f"unix://{self._home.socket}")
        with contextlib.closing(transport):
            proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
            try:
                return getattr(proxy.supervisor, method)(*arguments)
            except OSError as error:
                raise SilentError(
                    f"supervisord does not answer on {self._home.socket} ({error}); "
                    "`balcao down`, then `balcao up`, mends it."
                ) from error
