"""Who may do what derives from the register, and is as little as the work needs."""

import pytest

from connectors.postgres.configs import connectors
from schemas import access
from schemas.access import BY_COMMAND, CAPTURE, PRINCIPALS, Grant
from schemas.captured import CAPTURED
from schemas.teams import SUBSCRIPTIONS, TEAMS
from schemas.topic import Visibility
from schemas.topics import BY_NAME, ESCALATION, INBOUND, REPLY, TOPICS

pytestmark = pytest.mark.unit


def may(principal: str, operation: str) -> set[str]:
    return {
        grant.name
        for grant in (*access.stations(), *access.teams())
        if grant.principal == principal and grant.operation == operation and grant.resource == "topic"
    }


def test_everybody_in_the_register_can_sign_in() -> None:
    named = {name for topic in TOPICS for name in (*topic.producers, *topic.consumers)}
    assert named <= set(PRINCIPALS), "name the station in schemas.access.STATIONS"


def test_a_consumer_reads_its_topics_and_nothing_else() -> None:
    for station in access.STATIONS:
        consumed = {topic.name for topic in TOPICS if station.name in topic.consumers}
        again = {access.retry_topic(station.group)} if consumed else set()
        assert may(station.name, "read") == consumed | again


def test_a_consumer_may_set_bad_records_aside() -> None:
    for topic in TOPICS:
        for name in topic.consumers:
            assert topic.dead_letter in may(name, "write"), f"{name} could not keep what it cannot take of {topic.name}"


def test_a_producer_writes_its_topics_and_an_agent_only_through_the_outbox() -> None:
    for station in access.STATIONS:
        own = {topic.name for topic in TOPICS if station.name in topic.producers}
        assert may(station.name, "write") & set(BY_NAME) == (set() if station.outbox else own)
    assert {REPLY.name, ESCALATION.name} <= may(CAPTURE, "write")


def test_the_webhook_sets_aside_but_reads_nothing() -> None:
    webhook = BY_COMMAND["webhook"]
    assert INBOUND.dead_letter in may(webhook.name, "write")
    assert may(webhook.name, "read") == set()
    assert not [g for g in access.stations() if g.principal == webhook.name and g.resource == "group"]


def test_connect_writes_captured_tables_and_cannot_read_them() -> None:
    assert {topic.name for topic in CAPTURED.values()} <= may(CAPTURE, "write")
    assert may(CAPTURE, "read") == {"balcao.connect."}


def test_connect_may_write_what_debezium_writes_besides() -> None:
    for connector in connectors():
        prefix = connector.config["topic.prefix"]
        assert f"{access.HEARTBEATS}{prefix}".startswith(tuple(may(CAPTURE, "create")))
        if signals := connector.config.get("signal.data.collection"):
            assert f"{prefix}.{signals}" in may(CAPTURE, "write") & may(CAPTURE, "create")


def test_nobody_of_ours_may_act_on_all_topics() -> None:
    wide = {(grant.principal, grant.name) for grant in access.stations() if grant.prefixed}
    assert wide == {(CAPTURE, "balcao.connect."), (CAPTURE, access.HEARTBEATS)}


def test_a_team_reads_only_public_topics_that_it_declared() -> None:
    for name in TEAMS:
        who = access.principal(name)
        declared = {each.topic for each in SUBSCRIPTIONS if each.team == name}
        own = {grant.name for grant in access.teams() if grant.principal == who and grant.prefixed}
        assert may(who, "read") - own == declared
        assert own <= {f"{name}.", f"{name}.replay."}
        assert may(who, "write") == set()
        assert all(BY_NAME[topic].visibility is Visibility.PUBLIC for topic in declared)


def test_no_teams_prefix_reaches_anothers() -> None:
    prefixes = [f"{name}." for name in TEAMS]
    ours = [station.group for station in access.STATIONS] + [access.CONNECT, *BY_NAME]
    for prefix in prefixes:
        taken = [name for name in (*ours, *(p for p in prefixes if p != prefix)) if name.startswith(prefix)]
        assert not taken, f"a team named {prefix[:-1]} could read as {taken}"


def test_every_team_has_a_quota() -> None:
    assert access.quotas() == {f"team.{team.name}": team.consume_bytes_per_second for team in TEAMS.values()}


def test_the_document_tells_it_by_principal() -> None:
    told = access.document()["principals"]
    first = SUBSCRIPTIONS[0]
    assert f"read topic {first.topic}" in told[access.principal(first.team)]["allow"]
    assert f"read group {first.team}.*" in told[access.principal(first.team)]["allow"]
    assert sum(len(each["allow"]) for each in told.values()) == len(access.stations()) + len(access.teams())


def test_a_grant_sorts_and_equals_by_what_it_says() -> None:
    topic = SUBSCRIPTIONS[0]
    assert Grant(access.principal(topic.team), "topic", topic.topic, "read") in access.teams()
