"""The committed connector configurations and what Connect says of them."""

import json
from pathlib import Path

import pytest

from connectors.postgres import client, configs, operate
from runtime.errors import UserError
from schemas.captured import CAPTURED

pytestmark = pytest.mark.unit


def write(folder: Path, name: str, document: object) -> None:
    (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")


def test_the_marketplace_connector_names_what_the_register_expects() -> None:
    (connector,) = configs.connectors(["marketplace"])
    topics = {f"{connector.config['topic.prefix']}.public.{table}" for table in CAPTURED}
    assert topics == {topic.name for topic in CAPTURED.values()}
    assert connector.config["table.include.list"] == ",".join(f"public.{table}" for table in CAPTURED)


@pytest.mark.parametrize("connector", configs.connectors(), ids=lambda found: found.name)
def test_every_slot_has_a_heartbeat_that_writes(connector: configs.Connector) -> None:
    assert int(connector.config["heartbeat.interval.ms"]) > 0
    assert "debezium_heartbeat" in connector.config["heartbeat.action.query"]


@pytest.mark.parametrize("connector", configs.connectors(), ids=lambda found: found.name)
def test_publications_are_made_by_migration_only(connector: configs.Connector) -> None:
    assert connector.config["publication.autocreate.mode"] == "disabled"


@pytest.mark.parametrize("name", ["marketplace", "platform-tables"])
def test_a_lost_slot_leads_to_a_new_snapshot_and_not_to_a_standstill(name: str) -> None:
    (connector,) = configs.connectors([name])
    assert connector.config["snapshot.mode"] == "when_needed"


def test_an_inline_secret_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "x", {"name": "x", "config": {"database.password": "hunter2"}})
    with pytest.raises(UserError, match=r"database\.password holds a secret inline") as caught:
        configs.connectors(folder=tmp_path)
    assert "hunter2" not in str(caught.value)


def test_an_unknown_connector_is_named_with_the_known_ones() -> None:
    with pytest.raises(
        UserError, match="no connector named 'orders'; there are: marketplace, platform-outbox, platform-tables"
    ):
        configs.connectors(["orders"])


def test_a_broken_file_says_what_it_needs(tmp_path: Path) -> None:
    write(tmp_path, "x", {"config": {}})
    with pytest.raises(UserError, match="needs a name and a config"):
        configs.connectors(folder=tmp_path)


def test_validation_errors_become_sentences_without_secrets() -> None:
    validation = {
        "configs": [
            {"value": {"name": "slot.name", "value": "Bad-Slot", "errors": ["Must be lower case"]}},
            {"value": {"name": "database.password", "value": "hunter2", "errors": ["Wrong."]}},
            {"value": {"name": "fine", "value": "1", "errors": []}},
        ]
    }
    assert client.sentences(validation) == [
        "slot.name = 'Bad-Slot': Must be lower case.",
        "database.password = (hidden): Wrong.",
    ]


def test_the_cause_of_a_trace_is_its_last_cause() -> None:
    trace = "ConnectException: outer\n\tat x\nCaused by: A: first\n\tat y\nCaused by: B: the slot is in use\n\tat z"
    assert operate.first_line(trace) == "B: the slot is in use"


HANDLING = {
    "decimal.handling.mode": "precise",
    "time.precision.mode": "adaptive",
    "interval.handling.mode": "string",
    "binary.handling.mode": "bytes",
    "hstore.handling.mode": "json",
    "include.unknown.datatypes": "true",
}


@pytest.mark.parametrize("connector", configs.connectors(["marketplace", "platform-tables"]), ids=lambda one: one.name)
def test_captured_tables_are_read_with_the_same_exact_types(connector: configs.Connector) -> None:
    """Debezium's defaults make an interval a count of microseconds, and leave columns of unknown types out."""
    assert {name: connector.config.get(name) for name in HANDLING} == HANDLING
