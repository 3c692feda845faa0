"""On a broker that asks who one is: who gets what, who does not, and that the platform works."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
import pytest
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from deploy.local import java, processes
from deploy.local.kafka import BROKER
from deploy.local.stack import Stack
from runtime import access_quota
from runtime.access import Access
from runtime.errors import UserError
from runtime.kafka import librdkafka
from runtime.registry import Registry
from runtime.settings import KafkaSettings
from runtime.subscribe import Subscribed, subscribe
from runtime.subscribe_snippets import PASSWORD, snippets
from runtime.topic_replay import OFFSET, TOPIC, replay
from runtime.topic_tail import EARLIEST, Shown, tail
from schemas import access
from schemas.access import Grant
from schemas.captured import CAPTURED
from schemas.events import ORDER_PLACED, PRICE_CHANGED, STOCK_CHANGED
from schemas.teams import TEAMS
from schemas.topics import SEARCH_DOCUMENTS
from tests.access.conftest import Secured, asked_error, read_error, write_error

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]

CHANGED = 5
PRICING, BILLING = TEAMS["pricing"], TEAMS["billing"]


@pytest.fixture(scope="module")
def changed(secured: Secured) -> Iterator[set[str]]:
    """The offers whose prices were changed in PostgreSQL, by id."""
    dsn = secured.stack.environment()["BALCAO_MARKETPLACE_WRITER_DSN"]
    with psycopg.connect(dsn, autocommit=True) as connection:
        rows = connection.execute(
            "UPDATE offers SET price = price + 0.01 WHERE id IN "
            "(SELECT id FROM offers WHERE state = 'active' ORDER BY id LIMIT %s) RETURNING id",
            [CHANGED],
        ).fetchall()
    yield {str(offer) for (offer,) in rows}


@pytest.fixture(scope="module")
def pricing(secured: Secured) -> Subscribed:
    """The team that declared that it reads prices, with its first password."""
    found = subscribe(secured.admin, PRICE_CHANGED, PRICING)
    assert found.password is not None
    return found


def password(found: Subscribed) -> str:
    assert found.password is not None
    return found.password.get_secret_value()


def records(secured: Secured, settings: KafkaSettings, topic: str) -> list[Shown]:
    registry = Registry(secured.registry)
    try:
        return list(tail(settings, registry, topic, start=EARLIEST, follow=False))
    finally:
        registry.close()


def arrived(secured: Secured, topic: str, count: int) -> list[Shown]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = records(secured, secured.admin, topic)
        if len(found) >= count:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{count} records of {topic} expected, {len(found)} came")


def test_a_change_in_postgresql_reaches_a_public_topic(secured: Secured, changed: set[str]) -> None:
    found = arrived(secured, PRICE_CHANGED.name, CHANGED)
    assert {shown.value["subject"] for shown in found} == changed
    # The other station does its work, too: search documents come from the same changes.
    assert arrived(secured, SEARCH_DOCUMENTS.name, 1)


def test_the_stations_run_under_their_own_names(secured: Secured) -> None:
    names = {
        program: psutil.Process(secured.stack.pid(program)).environ()["BALCAO_KAFKA_SASL_USERNAME"]
        for program in ("streams", "events", "connect")
    }
    assert names == {"streams": "streams", "events": "streams.events", "connect": access.CAPTURE}


def test_a_station_may_do_no_other_stations_work(secured: Secured) -> None:
    station = secured.as_principal("streams.events")
    assert write_error(station, SEARCH_DOCUMENTS.name) == "TOPIC_AUTHORIZATION_FAILED"
    # One that does not run here, so that its group can be used.
    sink = secured.as_principal("sinks.qdrant")
    assert read_error(sink, SEARCH_DOCUMENTS.name, "balcao.qdrant") == ""
    assert read_error(sink, CAPTURED["contacts"].name, "balcao.qdrant") == "TOPIC_AUTHORIZATION_FAILED"
    assert read_error(sink, SEARCH_DOCUMENTS.name, "balcao.bigquery") == "GROUP_AUTHORIZATION_FAILED"


def test_nobody_gets_in_without_signing_in(secured: Secured) -> None:
    anonymous = secured.admin.model_copy(update={"security_protocol": "PLAINTEXT"})
    assert asked_error(lambda: AdminClient({**librdkafka(anonymous), "log_level": 0}).list_topics(timeout=3))
    wrong = secured.as_team("pricing", "wrong")
    assert asked_error(lambda: AdminClient({**librdkafka(wrong), "log_level": 0}).list_topics(timeout=3))
    assert read_error(wrong, PRICE_CHANGED.name, "pricing.x") == "_AUTHENTICATION"


def test_the_printed_program_reads_what_was_subscribed_to(
    secured: Secured, pricing: Subscribed, changed: set[str], tmp_path: Path
) -> None:
    program = tmp_path / "read.py"
    program.write_text(snippets(pricing, secured.admin, secured.registry)["python"])
    assert password(pricing) not in program.read_text()
    environ = {"PATH": "/usr/bin:/bin", PASSWORD: password(pricing), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, str(program)], env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        try:
            assert running.stdout is not None
            lines = [running.stdout.readline() for _ in range(CHANGED)]
        finally:
            running.terminate()
    assert {line.split()[2] for line in lines} == changed, "".join(lines)
    assert all("'product_id'" in line for line in lines)


def test_the_printed_java_and_kcat_options_sign_in(
    secured: Secured, pricing: Subscribed, changed: set[str], tmp_path: Path
) -> None:
    found = snippets(pricing, secured.admin, secured.registry)
    java_options = dict(re.findall(r'properties\.put\("([^"]+)", "([^"\\]+)"\)', found["java"]))
    module = re.search(r"\S+ScramLoginModule", found["java"])
    assert module is not None
    module_name = module[0].strip('"')
    sign_in = f'{module_name} required username="{pricing.principal}" password="{password(pricing)}";'
    kept = {
        name: value for name, value in java_options.items() if "deserializer" not in name and "registry" not in name
    }
    properties = tmp_path / "consumer.properties"
    properties.write_text(java.properties({**kept, "sasl.jaas.config": sign_in, "group.id": f"{pricing.group}.java"}))
    read = java.run(
        secured.stack.layout(),
        BROKER,
        [
            "org.apache.kafka.tools.consumer.ConsoleConsumer",
            *("--bootstrap-server", kept["bootstrap.servers"], "--topic", PRICE_CHANGED.name),
            *("--command-config", str(properties), "--max-messages", str(CHANGED), "--timeout-ms", "20000"),
            *("--formatter-property", "print.value=false"),
        ],
    )
    assert f"Processed a total of {CHANGED} messages" in read.stdout + read.stderr, read.stdout + read.stderr
    # kcat's options are librdkafka's, which this client refuses to start with when one is unknown.
    options = dict(re.findall(r"-X ([a-z.]+)=([^\s\"]+)", found["kcat"]))
    assert {"security.protocol", "sasl.mechanism", "sasl.username"} <= set(options)
    options |= {"bootstrap.servers": kept["bootstrap.servers"], "sasl.password": password(pricing)}
    options.pop("auto.offset.reset")
    assert PRICE_CHANGED.name in AdminClient(options).list_topics(timeout=10).topics


def test_a_team_reads_nothing_else_and_writes_nothing(secured: Secured, pricing: Subscribed) -> None:
    team = secured.as_team("pricing", password(pricing))
    assert read_error(team, PRICE_CHANGED.name, "pricing.mine") == ""
    for topic in (STOCK_CHANGED, ORDER_PLACED, CAPTURED["contacts"]):
        assert read_error(team, topic.name, "pricing.mine") == "TOPIC_AUTHORIZATION_FAILED"
    assert write_error(team, PRICE_CHANGED.name) == "TOPIC_AUTHORIZATION_FAILED"
    assert set(AdminClient({**librdkafka(team), "log_level": 0}).list_topics(timeout=10).topics) == {PRICE_CHANGED.name}


def test_a_team_may_not_use_anothers_consumer_group(secured: Secured, pricing: Subscribed) -> None:
    team = secured.as_team("pricing", password(pricing))
    assert read_error(team, PRICE_CHANGED.name, "pricing.other") == ""
    for group in ("billing.prices", "balcao.events", "pricing"):
        assert read_error(team, PRICE_CHANGED.name, group) == "GROUP_AUTHORIZATION_FAILED"


def test_a_team_may_give_itself_nothing(secured: Secured, pricing: Subscribed) -> None:
    team = secured.as_team("pricing", password(pricing))
    with pytest.raises(UserError, match="Only the administrator"):
        subscribe(team, STOCK_CHANGED, PRICING)


def test_subscribing_again_changes_nothing_and_rotating_ends_the_old_password(secured: Secured) -> None:
    first = subscribe(secured.admin, ORDER_PLACED, TEAMS["logistics"])
    before = Access(secured.admin).grants()
    again = subscribe(secured.admin, ORDER_PLACED, TEAMS["logistics"])
    assert again.password is None
    assert Access(secured.admin).grants() == before
    assert read_error(secured.as_team("logistics", password(first)), ORDER_PLACED.name, "logistics.x") == ""
    rotated = subscribe(secured.admin, ORDER_PLACED, TEAMS["logistics"], rotate=True)
    assert read_error(secured.as_team("logistics", password(rotated)), ORDER_PLACED.name, "logistics.x") == ""
    deadline = time.monotonic() + 10
    while read_error(secured.as_team("logistics", password(first)), ORDER_PLACED.name, "logistics.x") == "":
        assert time.monotonic() < deadline, "the old password still opens"


def test_a_team_has_its_quota_at_the_broker(secured: Secured, pricing: Subscribed) -> None:
    assert access_quota.limits(secured.admin)[pricing.principal] == PRICING.consume_bytes_per_second
    access_quota.limit(secured.admin, {pricing.principal: 1})
    subscribe(secured.admin, PRICE_CHANGED, PRICING)
    assert access_quota.limits(secured.admin)[pricing.principal] == PRICING.consume_bytes_per_second
    access_quota.limit(secured.admin, {"team.nobody": 5})
    access_quota.limit(secured.admin, {"team.nobody": None})
    assert "team.nobody" not in access_quota.limits(secured.admin)


def test_what_nothing_declares_is_told_and_taken_back_on_demand(secured: Secured) -> None:
    broker = Access(secured.admin)
    wanted = [*access.stations(), *access.teams()]
    stray = Grant("streams", "topic", CAPTURED["contacts"].name, "read")
    broker.add([stray])
    told = broker.apply(wanted, principals=access.PRINCIPALS)
    assert (told.created, told.surplus, told.removed) == ([], [stray], [])
    assert stray in broker.grants()
    assert broker.apply(wanted, principals=access.PRINCIPALS, prune=True).removed == [stray]
    assert broker.grants() >= set(wanted)
    assert stray not in broker.grants()


def test_a_replay_is_its_teams_alone_and_leaves_the_public_topic_alone(
    secured: Secured, pricing: Subscribed, changed: set[str]
) -> None:
    public = arrived(secured, PRICE_CHANGED.name, CHANGED)
    now = datetime.now(UTC)
    done = replay(secured.admin, PRICE_CHANGED, PRICING, now - timedelta(hours=1), now, now=now)
    assert (done.found, done.copied, done.present) == (CHANGED, CHANGED, 0)
    team = secured.as_team("pricing", password(pricing))
    mine = records(secured, team, done.target)
    assert {(s.key, s.timestamp_ms, json.dumps(s.value, default=str)) for s in mine} == {
        (s.key, s.timestamp_ms, json.dumps(s.value, default=str)) for s in public
    }
    assert {(s.headers[TOPIC], s.headers[OFFSET]) for s in mine} == {
        (PRICE_CHANGED.name, str(s.offset)) for s in public
    }
    assert len(arrived(secured, PRICE_CHANGED.name, CHANGED)) == CHANGED
    billing = subscribe(secured.admin, PRICE_CHANGED, BILLING)
    other = secured.as_team("billing", password(billing))
    assert read_error(other, done.target, "billing.x") == "TOPIC_AUTHORIZATION_FAILED"


def test_the_past_is_only_for_who_subscribed(secured: Secured) -> None:
    now = datetime.now(UTC)
    with pytest.raises(UserError, match=r"may not read .*, nor its past: run `balcao subscribe"):
        replay(secured.admin, STOCK_CHANGED, BILLING, now - timedelta(hours=1), now, now=now)


def test_nobody_of_ours_but_the_administrator_makes_topics(secured: Secured) -> None:
    station = AdminClient(librdkafka(secured.as_principal("streams")))
    (answer,) = station.create_topics([NewTopic("somebody.s", 1)]).values()
    assert asked_error(answer.result) == "TOPIC_AUTHORIZATION_FAILED"


def test_no_secret_is_in_a_log_or_on_a_command_line(secured: Secured) -> None:
    written = b"".join(path.read_bytes() for path in secured.stack.home.logs.iterdir())
    lines = " ".join(" ".join(process.cmdline()) for process in processes.of_stack(secured.stack.home))
    values = secured.stack.layout().credentials.values
    assert not [name for name, value in values.items() if value.encode() in written + lines.encode()]


def test_it_stays_secure_when_it_comes_up_again(secured: Secured) -> None:
    with pytest.raises(UserError, match=r"with sign-in.*`balcao up --secure`"):
        secured.stack.up(stations=False, secure=False)
    again = Stack(secured.stack.home.root, environ={})
    assert again.layout().secure
