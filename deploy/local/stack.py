"""One local stack, as demo, tests and the command line drive it."""

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from deploy.local import bootstrap, credentials, graph, java, processes, security, supervisor_config
from deploy.local.artifacts import lock
from deploy.local.bundles import Bundles, default_cache
from deploy.local.connect import WORKER
from deploy.local.environment import variables
from deploy.local.health import UnhealthyError
from deploy.local.home import Home, default_root
from deploy.local.kafka import BROKER
from deploy.local.layout import Layout
from deploy.local.ports import DEFAULT_BASE, Ports
from deploy.local.postgres import remove_outside
from deploy.local.programs import INFRASTRUCTURE, JAVA_STOP_SECONDS, PROGRAMS, Program
from deploy.local.progress import Quiet, Reporter
from deploy.local.registry import REGISTRY
from deploy.local.supervision import SilentError, State, Supervisor
from runtime.errors import UserError

POLL = 0.1
JAVA = (BROKER, REGISTRY, WORKER)


class Stack:
    """The stack kept in ``home`` (default: ``BALCAO_HOME``, else ``.local`` of the checkout).

    ``port_base`` overrides every port setting of the environment. Methods block and raise ``UserError`` with a sentence
    for people.
    """

    def __init__(
        self,
        home: Path | None = None,
        port_base: int | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        reporter: Reporter | None = None,
    ) -> None:
        self._environ = os.environ if environ is None else environ
        self.home = Home.at(home or default_root(self._environ))
        self._port_base = port_base
        self._report: Reporter = reporter or Quiet()
        self.supervisor = Supervisor(self.home)

    # -- what it is

    def layout(self) -> Layout:
        """The stack's description; raises ``UserError`` when it was never brought up."""
        return self._layout(credentials.read(self.home))

    def environment(self) -> dict[str, str]:
        """Every ``BALCAO_*`` variable of this stack."""
        return self._variables(self.layout())

    def states(self) -> dict[str, State]:
        """What supervisor says of each program; empty when the stack is down."""
        if self.supervisor.pid() is None:
            return {}
        return self.supervisor.states()

    def pid(self, program: str) -> int:
        """The process id of a running program."""
        state = self.states().get(_known(program).name)
        if state is None or not state.pid:
            raise UserError(f"{program} does not run.")
        return state.pid

    def healthy(self, program: str) -> str | None:
        """What is wrong with the program, as words, or ``None``."""
        try:
            _known(program).healthy(self.layout())
        except UnhealthyError as error:
            return str(error)
        return None

    # -- bringing it up and down

    def up(
        self,
        stations: bool | Sequence[str] = True,
        *,
        bootstrapped: bool = True,
        secure: bool | None = None,
        without: Sequence[str] = (),
    ) -> None:
        """Start what does not run: the infrastructure, the bootstrap's steps, then all stations, none, or those named.

        Running it again starts only what is missing. On failure everything stays as it is, to be looked at. ``secure``
        is for a new home (see ``security.py``); the programs and steps named by ``without`` are left out.
        """
        self.home.create()
        with self._exclusive():
            security.settle(self.home, secure)
            layout = self._layout(credentials.ensure(self.home))
            chosen = [one for one in (*INFRASTRUCTURE, *_stations(stations)) if one.name not in without]
            self._end_orphans()
            self._require_free_ports(chosen, layout)
            self._supervise(layout)
            tasks = [self._task(program, layout) for program in chosen]
            if bootstrapped:
                steps = [step for step in bootstrap.STEPS.values() if layout.secure or not step.secure]
                tasks += [self._step(step, layout) for step in steps if step.name not in without]
            graph.run(tasks)

    def down(self) -> None:
        """Stop everything, in order, and leave no process behind, also when supervisord itself was killed."""
        if not self.home.root.exists():
            return
        with self._exclusive():
            if self.supervisor.pid() is not None:
                if any(java.recording(self.home, program.name) for program in JAVA):
                    self._report.say("The first stop takes longer: Java writes what makes its next start quick.")
                try:
                    self._stop_in_order()
                    self.supervisor.shutdown()
                except SilentError as error:
                    self._report.say(f"{error} Its processes are ended one by one instead.")
            processes.end(processes.of_stack(self.home))
            if self.home.credentials.exists():
                layout = self.layout()
                for program in JAVA:
                    java.keep_recording(layout, program)
            self.home.ports.unlink(missing_ok=True)

    def clean(self) -> None:
        """``down``, then remove all data of this stack, and of stacks whose folders are in its folder."""
        for inside in self.home.root.glob(f"*/{self.home.supervisor.name}"):
            Stack(inside.parent, environ=self._environ, reporter=self._report).clean()
        self.down()
        remove_outside(self.home)
        self.home.remove()

    # -- single programs

    def start(self, program: str) -> None:
        """Start one program and wait until it is healthy."""
        layout = self.layout()
        with self._exclusive():
            if self.supervisor.pid() is None:
                raise UserError("The stack is down: run `balcao up`.")
            self._require_free_ports([_known(program)], layout)
            graph.run([self._task(_known(program), layout)])

    def stop(self, program: str) -> None:
        """Stop one program and wait until it is gone."""
        self.supervisor.stop(_known(program).name, wait=True)

    def restart(self, program: str) -> None:
        """Stop, then start."""
        self.stop(program)
        self.start(program)

    # -- inside

    def _layout(self, known: credentials.Credentials) -> Layout:
        bundles = Bundles(default_cache(self._environ), lock())
        return Layout(self.home, self._ports(), known, bundles, secure=security.remembered(self.home))

    def _ports(self) -> Ports:
        saved = Ports.saved(self.home)
        asked = Ports.of(self._port_base) if self._port_base else Ports.from_environment(self._environ)
        if asked and saved and asked != saved and self.supervisor.pid() is not None:
            raise UserError("The stack runs on other ports than the settings ask for: run `balcao down` first.")
        return asked or saved or Ports.of(DEFAULT_BASE)

    def _variables(self, layout: Layout) -> dict[str, str]:
        # A setting of the platform that the stack does not generate may come from the person's own environment.
        own = {name: value for name, value in self._environ.items() if name.startswith("BALCAO_")}
        return own | variables(layout)

    def _end_orphans(self) -> None:
        if self.supervisor.pid() is None and (left := processes.of_stack(self.home)):
            self._report.say(f"Ending {len(left)} processes that a killed supervisor left behind.")
            processes.end(left)

    def _require_free_ports(self, chosen: Sequence[Program], layout: Layout) -> None:
        states = self.states()
        for program in chosen:
            if program.name not in states or not states[program.name].pid:
                processes.require_free(program.name, program.ports, layout.ports)

    def _supervise(self, layout: Layout) -> None:
        text = supervisor_config.render(layout, PROGRAMS.values(), self._variables(layout))
        path = supervisor_config.path(self.home)
        changed = not path.exists() or path.read_text() != text
        if changed:
            path.touch(mode=0o600)
            path.write_text(text)
        layout.ports.save(self.home)
        if self.supervisor.pid() is None:
            self.supervisor.launch()
        elif changed:
            self.supervisor.reload()

    def _task(self, program: Program, layout: Layout) -> graph.Task:
        states = self.states()
        running = program.name in states and states[program.name].up
        began = time.monotonic()

        def prepare() -> None:
            if not running:
                layout.bundles.ensure_all(program.bundles, self._report.downloaded)
                self._report.doing(program.name, "preparing")
                program.prepare(layout)

        def run(failed: threading.Event) -> None:
            nonlocal began
            began = time.monotonic()
            if not running:
                self._report.doing(program.name, "starting")
                self.supervisor.start(program.name)
            self._await_health(program, layout, failed)
            if not running:
                program.populate(layout)
                self._report.ready(program.name, time.monotonic() - began, _addresses(program, layout))

        return graph.Task(program.name, program.needs, run, prepare)

    def _step(self, step: bootstrap.Step, layout: Layout) -> graph.Task:
        def run(_failed: threading.Event) -> None:
            began = time.monotonic()
            self._report.doing(step.name, "running")
            bootstrap.run(step, self.home, self._variables(layout))
            self._report.ready(step.name, time.monotonic() - began)

        return graph.Task(step.name, step.needs, run)

    def _await_health(self, program: Program, layout: Layout, failed: threading.Event) -> None:
        deadline = time.monotonic() + program.limit
        deaths: set[float] = set()
        seen = ""
        while time.monotonic() < deadline:
            try:
                program.healthy(layout)
            except UnhealthyError as error:
                seen = str(error)
            else:
                return
            state = self.supervisor.recent_states(age=0.5)[program.name]
            if state.name == "BACKOFF":
                deaths.add(state.ended)
            if state.name == "FATAL" or len(deaths) > 2:
                seen = "it ends again and again"
                break
            if failed.wait(POLL):
                raise graph.AbandonedError(program.name)
            self._report.doing(program.name, "starting")
        raise UserError(self._failure(program, seen))

    def _failure(self, program: Program, seen: str) -> str:
        log = supervisor_config.log_file(self.home, program.name)
        last = log.read_text(errors="replace").splitlines()[-15:] if log.exists() else []
        return (
            f"{program.name} does not become healthy ({seen}). The end of {log}:\n"
            + "\n".join(f"  | {line}" for line in last)
            + "\nMend the cause, then run `balcao up` again; `balcao down` stops everything."
        )

    def _stop_in_order(self) -> None:
        for wave in _waves():
            running = [name for name in wave if (state := self.states().get(name)) and state.name != "STOPPED"]
            for name in running:
                self.supervisor.stop(name, wait=False)
            limit = time.monotonic() + JAVA_STOP_SECONDS
            while time.monotonic() < limit and any(
                self.supervisor.states()[name].name in {"RUNNING", "STARTING", "STOPPING"} for name in running
            ):
                time.sleep(0.05)

    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[None]:
        with (self.home.root / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._report.say("Another command is at work on this stack; waiting for it.")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _known(program: str) -> Program:
    if program not in PROGRAMS:
        raise UserError(f"There is no program {program!r}; there are: {', '.join(PROGRAMS)}.")
    return PROGRAMS[program]


def _stations(chosen: bool | Sequence[str]) -> list[Program]:
    if isinstance(chosen, bool):
        return [program for program in PROGRAMS.values() if program.station and program.automatic] if chosen else []
    return [found for name in chosen if (found := _known(name)) not in INFRASTRUCTURE]


def _waves() -> list[list[str]]:
    """Who is stopped together, in order: whoever uses something goes before it."""
    stations = [program.name for program in PROGRAMS.values() if program.station]
    return [stations, ["mender", "simulator", "bigquery", "qdrant"], ["connect"], ["registry", "kafka"], ["postgres"]]


def _addresses(program: Program, layout: Layout) -> str:
    return " ".join(layout.address(port) for port in program.ports)
