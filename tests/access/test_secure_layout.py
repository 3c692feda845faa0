"""A stack whose broker asks who one is: each process can say who it is, and nobody can say more."""

import json
from dataclasses import replace

import pytest

from deploy.local import bootstrap, connect, java, kafka, security
from deploy.local.environment import select, variables
from deploy.local.home import Home
from deploy.local.layout import Layout
from deploy.local.programs import PROGRAMS, STATIONS
from runtime.errors import UserError
from runtime.kafka import aiokafka, librdkafka
from runtime.settings import KafkaSettings
from schemas import access
from tests.stack.conftest import layout

__all__ = ["layout"]

pytestmark = pytest.mark.unit


@pytest.fixture
def secured(layout: Layout) -> Layout:
    return replace(layout, secure=True)


def test_each_process_knows_exactly_its_own_password(secured: Layout) -> None:
    every = variables(secured)
    environments = {
        name: select(every, program.variables) | program.own_variables(secured) for name, program in PROGRAMS.items()
    } | {name: select(every, step.variables) for name, step in bootstrap.STEPS.items()}
    principals = (access.BROKER, access.ADMIN, *access.PRINCIPALS)
    found = {
        name: {who for who in principals if secured.credentials.kafka(who) in " ".join(environ.values())}
        for name, environ in environments.items()
    }
    stations = {program.name: access.BY_COMMAND[program.name.removesuffix("-sink")].name for program in STATIONS}
    expected = {name: {principal} for name, principal in stations.items()}
    expected |= {"connect": {access.CAPTURE}, "topics": {access.ADMIN}, "catalogue": {access.CATALOGUE}}
    expected |= {"access": {access.ADMIN, *access.PRINCIPALS}}
    assert {name: who for name, who in found.items() if who} == expected


def test_a_program_signs_in_as_itself(secured: Layout) -> None:
    for program in STATIONS:
        environ = select(variables(secured), program.variables) | program.own_variables(secured)
        assert environ["BALCAO_KAFKA_SECURITY_PROTOCOL"] == "SASL_PLAINTEXT"
        assert environ["BALCAO_KAFKA_SASL_USERNAME"] != access.ADMIN


def test_no_password_is_in_connects_file(secured: Layout) -> None:
    written = java.properties(connect.settings(secured))
    assert secured.credentials.kafka(access.CAPTURE) not in written
    assert written.count("sasl.jaas.config") == 4


def test_the_broker_denies_what_nothing_allows(secured: Layout) -> None:
    found = kafka.settings(secured)
    assert found["allow.everyone.if.no.acl.found"] == "false"
    assert found["super.users"] == "User:broker;User:admin"
    assert "PLAINTEXT" not in str(found["listener.security.protocol.map"]).replace("SASL_PLAINTEXT", "")
    assert all("127.0.0.1" in part for part in str(found["listeners"]).split(","))


def test_without_security_nothing_of_it_is_there(layout: Layout) -> None:
    found = java.properties(kafka.settings(layout)) + java.properties(connect.settings(layout))
    assert "sasl" not in found
    assert "authorizer" not in found
    assert security.format_arguments(layout) == []
    assert not [name for name in variables(layout) if "SASL" in name or name.startswith("BALCAO_ACCESS_")]


def test_a_setting_left_in_the_shell_does_not_reach_a_stack_without_security(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BALCAO_KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT")
    monkeypatch.setenv("BALCAO_KAFKA_SASL_MECHANISM", security.MECHANISM)
    monkeypatch.setenv("BALCAO_KAFKA_SASL_USERNAME", "somebody")
    monkeypatch.setenv("BALCAO_KAFKA_SASL_PASSWORD", "else")
    found = security.settings(layout, access.ADMIN)
    assert "else" not in json.dumps(librdkafka(found)) + json.dumps(aiokafka(found))
    assert variables(layout)["BALCAO_KAFKA_SECURITY_PROTOCOL"] == "PLAINTEXT"


def test_both_clients_are_told_who_signs_in(secured: Layout) -> None:
    found = security.settings(secured, "streams")
    password = secured.credentials.kafka("streams")
    assert password not in repr(found)
    assert librdkafka(found) == {
        "bootstrap.servers": secured.address("kafka"),
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "streams",
        "sasl.password": password,
    }
    told = aiokafka(found)
    assert (told["sasl_mechanism"], told["sasl_plain_username"]) == ("SCRAM-SHA-512", "streams")
    assert told["sasl_plain_password"] == password


def test_settings_without_security_stay_what_they_were() -> None:
    plain = KafkaSettings(bootstrap_servers="broker:9092", security_protocol="PLAINTEXT")
    assert librdkafka(plain) == {"bootstrap.servers": "broker:9092", "security.protocol": "PLAINTEXT"}


def used(home: Home) -> None:
    data = home.data("kafka") / "data"
    data.mkdir(parents=True)
    (data / "meta.properties").touch()


def test_a_home_remembers_what_it_is(layout: Layout) -> None:
    security.settle(layout.home, True)
    used(layout.home)
    security.settle(layout.home, None)
    security.settle(layout.home, True)
    assert security.remembered(layout.home)


def test_a_new_home_may_change_its_mind(layout: Layout) -> None:
    security.settle(layout.home, True)
    security.settle(layout.home, False)
    assert not security.remembered(layout.home)


@pytest.mark.parametrize("secure", [True, False])
def test_a_home_with_data_is_told_what_to_do(layout: Layout, secure: bool) -> None:
    security.settle(layout.home, not secure)
    used(layout.home)
    kept = "--no-secure" if secure else "--secure"
    with pytest.raises(UserError, match=rf"balcao up {kept}`, or choose another folder with BALCAO_HOME"):
        security.settle(layout.home, secure)
    assert security.remembered(layout.home) is not secure
