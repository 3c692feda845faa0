"""A second stack beside the suite's own: it comes up, heals itself, and leaves nothing behind."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local import processes, status
from deploy.local.environment import environment
from deploy.local.postgres import Server
from deploy.local.programs import INFRASTRUCTURE
from deploy.local.stack import Stack
from runtime.errors import UserError

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]

PORT_BASE = int(os.environ.get("BALCAO_TEST_PORT_BASE", "27000")) + 400
LIMIT = 120


@pytest.fixture(scope="module")
def second(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    second = Stack(tmp_path_factory.mktemp("a second stack 100%") / "data", PORT_BASE)
    try:
        second.up(stations=False, bootstrapped=False)
        yield second
    finally:
        second.clean()


def await_health(stack: Stack) -> None:
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        sick = {program.name: stack.healthy(program.name) for program in INFRASTRUCTURE}
        if not any(sick.values()):
            return
        time.sleep(0.2)
    raise AssertionError(f"not healthy after {LIMIT} s: {sick}")


def pids(stack: Stack) -> dict[str, int]:
    return {program.name: stack.pid(program.name) for program in INFRASTRUCTURE}


def test_both_stacks_are_healthy_side_by_side(stack: Stack, second: Stack) -> None:
    await_health(stack)
    await_health(second)
    assert not set(pids(stack).values()) & set(pids(second).values())


def test_coming_up_again_changes_nothing(second: Stack) -> None:
    before = pids(second)
    second.up(stations=False, bootstrapped=False)
    assert pids(second) == before


def test_everything_listens_on_this_machine_only(second: Stack) -> None:
    ours = {process.pid for process in processes.of_stack(second.home)}
    listening = [
        connection.laddr
        for connection in psutil.net_connections(kind="tcp")
        if connection.pid in ours and connection.status == psutil.CONN_LISTEN and connection.laddr
    ]
    assert {address.port for address in listening} >= {second.layout().ports["kafka"], second.layout().ports["connect"]}
    assert {address.ip.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}


def test_status_tells_what_runs_and_no_secret(second: Stack) -> None:
    rows = status.collect(second)
    assert {row.program for row in rows if row.health == "ok"} == {program.name for program in INFRASTRUCTURE}
    assert all(row.memory for row in rows if row.pid)
    told = status.as_json(rows) + status.as_table(rows)
    assert json.loads(status.as_json(rows))["up"] is True
    assert not [name for name, value in second.layout().credentials.values.items() if value in told]


def test_no_log_and_no_command_line_has_a_secret(second: Stack) -> None:
    written = b"".join(path.read_bytes() for path in second.home.logs.iterdir())
    lines = " ".join(" ".join(process.cmdline()) for process in processes.of_stack(second.home)).encode()
    secrets = second.layout().credentials.values
    assert not [name for name, value in secrets.items() if value.encode() in written + lines]


def test_the_environment_is_that_of_the_chosen_home(second: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BALCAO_HOME", str(second.home.root))
    for name in [name for name in os.environ if name.startswith("BALCAO_PORT_")]:
        monkeypatch.delenv(name)
    assert environment()["BALCAO_KAFKA_BOOTSTRAP_SERVERS"] == f"127.0.0.1:{PORT_BASE + 1}"


def test_a_taken_port_stops_a_start_with_a_sentence(second: Stack, tmp_path: Path) -> None:
    third = Stack(tmp_path / "third", PORT_BASE)
    try:
        with pytest.raises(
            UserError, match=r"postgres cannot start: its port \d+ is taken by process \d+ \(postgres\)"
        ):
            third.up(stations=False, bootstrapped=False)
    finally:
        third.clean()


def test_all_killed_at_once_come_back(second: Stack) -> None:
    before = pids(second)
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid) for pid in before.values() if psutil.pid_exists(pid)], timeout=60)
    await_health(second)
    assert not set(before.values()) & set(pids(second).values())


def test_a_killed_supervisor_leaves_nothing_behind_after_down(second: Stack) -> None:
    supervisor = second.supervisor.pid()
    assert supervisor is not None
    os.kill(supervisor, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(supervisor)] if psutil.pid_exists(supervisor) else [], timeout=60)
    assert len(processes.of_stack(second.home)) >= len(INFRASTRUCTURE)
    second.down()
    assert processes.of_stack(second.home) == []
    for name in second.layout().ports.numbers:
        processes.require_free(name, [name], second.layout().ports)


def test_down_works_when_the_socket_is_gone(second: Stack) -> None:
    second.up(stations=False, bootstrapped=False)
    second.home.socket.unlink()
    second.down()
    assert processes.of_stack(second.home) == []


def test_data_whose_passwords_are_gone_is_said_to_be_so(second: Stack) -> None:
    kept = second.home.credentials.rename(second.home.root / "kept")
    with pytest.raises(UserError, match=r"passwords .* are gone .*`make clean`"):
        second.up(stations=False, bootstrapped=False)
    second.down()
    kept.replace(second.home.credentials)


def test_clean_removes_everything(second: Stack) -> None:
    outside = Server.of(second.home).base
    second.clean()
    assert not second.home.root.exists()
    assert not outside.exists()
    second.clean()
