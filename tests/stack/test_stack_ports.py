"""Ports: from a base, each overridable, and a sentence when one cannot be had."""

import os
import socket

import pytest

from deploy.local.layout import Layout
from deploy.local.ports import OFFSETS, Ports
from deploy.local.processes import require_free
from runtime.errors import SettingsError, UserError


@pytest.mark.unit
def test_every_port_has_a_place_of_its_own() -> None:
    ports = Ports.of(17000)
    assert ports["postgres"] == 17000
    assert len(set(ports.numbers.values())) == len(OFFSETS)


@pytest.mark.unit
def test_a_single_port_can_be_moved() -> None:
    ports = Ports.from_environment({"BALCAO_PORT_BASE": "18000", "BALCAO_PORT_KAFKA": "9092"})
    assert ports is not None
    assert (ports["kafka"], ports["postgres"]) == (9092, 18000)


@pytest.mark.unit
def test_no_setting_asks_for_nothing() -> None:
    assert Ports.from_environment({"BALCAO_HOME": "/somewhere"}) is None


@pytest.mark.unit
@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"BALCAO_PORT_BASE": "many"}, "BALCAO_PORT_BASE"),
        ({"BALCAO_PORT_BASE": "80"}, "BALCAO_PORT_BASE"),
        ({"BALCAO_PORT_QDRANT": "70000"}, "BALCAO_PORT_QDRANT"),
        ({"BALCAO_PORT_QDRANT": "17000"}, "BALCAO_PORT_QDRANT"),
    ],
)
def test_a_wrong_setting_is_named(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Ports.from_environment(environ)


@pytest.mark.unit
def test_the_ports_of_a_running_stack_are_remembered(layout: Layout) -> None:
    ports = Ports.of(19000, {"kafka": 9092})
    ports.save(layout.home)
    assert Ports.saved(layout.home) == ports


@pytest.mark.broker
def test_a_taken_port_is_one_sentence_with_the_holder_and_the_setting() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        number = holder.getsockname()[1]
        with pytest.raises(UserError) as refused:
            require_free("kafka", ["kafka"], Ports.of(21000, {"kafka": number}))
    sentence = str(refused.value)
    assert sentence.startswith(f"kafka cannot start: its port {number} is taken by process {os.getpid()}")
    assert "BALCAO_PORT_KAFKA" in sentence
    assert "\n" not in sentence


@pytest.mark.broker
def test_a_port_is_free_again_once_its_server_is_gone() -> None:
    with socket.socket() as server, socket.socket() as client:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        number = server.getsockname()[1]
        client.connect(server.getsockname())
        # The server's side closes first and so keeps the port in TIME_WAIT.
        server.accept()[0].close()
    require_free("kafka", ["kafka"], Ports.of(21000, {"kafka": number}))
