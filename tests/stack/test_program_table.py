"""Who may know what: the table of programs gives each its own secrets and nobody else's."""

import pytest

from deploy.local import bootstrap
from deploy.local.credentials import ROLES
from deploy.local.environment import select, variables
from deploy.local.layout import Layout
from deploy.local.programs import PROGRAMS

pytestmark = pytest.mark.unit

# Spelled out a second time on purpose: giving a program one more secret takes a change here, too.
KNOWS = {
    "postgres": set(),
    "kafka": set(),
    "registry": {"PASSWORD_REGISTRY"},
    "connect": {"PASSWORD_DEBEZIUM"},
    "mender": set(),
    "bigquery": set(),
    "qdrant": set(),
    "simulator": {"WEBHOOK_APP_SECRET", "WEBHOOK_VERIFY_TOKEN", "WHATSAPP_ACCESS_TOKEN"},
    "webhook": {"WEBHOOK_APP_SECRET", "WEBHOOK_VERIFY_TOKEN"},
    "streams": {"PASSWORD_MARKETPLACE_READER"},
    "events": set(),
    "catalogue": set(),
    "customer": {
        "PASSWORD_MARKETPLACE_READER",
        "PASSWORD_MARKETPLACE_AGENT",
        "PASSWORD_PLATFORM_AGENT",
        "WHATSAPP_ACCESS_TOKEN",
    },
    "bigquery-sink": set(),
    "qdrant-sink": set(),
    "whatsapp-sink": {"PASSWORD_PLATFORM_SENDER", "WHATSAPP_ACCESS_TOKEN"},
    "traffic": {"PASSWORD_MARKETPLACE_WRITER"},
    "migrate": {"PASSWORD_MARKETPLACE_OWNER", "PASSWORD_PLATFORM_OWNER"},
    "topics": set(),
    "access": set(),
    "seed": {"PASSWORD_MARKETPLACE_WRITER"},
    "contacts": {"PASSWORD_MARKETPLACE_READER"},
    "connectors": set(),
}


def environments(layout: Layout) -> dict[str, dict[str, str]]:
    every = variables(layout)
    programs = {
        name: select(every, program.variables) | program.own_variables(layout) for name, program in PROGRAMS.items()
    }
    return programs | {name: select(every, step.variables) for name, step in bootstrap.STEPS.items()}


def test_each_process_knows_exactly_its_own_secrets(layout: Layout) -> None:
    found = {
        name: {secret for secret, value in layout.credentials.values.items() if value in " ".join(environ.values())}
        for name, environ in environments(layout).items()
    }
    assert found == KNOWS


def test_no_secret_is_on_a_command_line(layout: Layout) -> None:
    for program in PROGRAMS.values():
        line = " ".join(program.command(layout))
        assert not [name for name, value in layout.credentials.values.items() if value in line], program.name


def test_the_superuser_is_nobodys(layout: Layout) -> None:
    password = layout.credentials.password("postgres")
    assert password not in " ".join(variables(layout).values())
    assert "postgres" in ROLES


def test_what_a_program_needs_exists() -> None:
    known = {*PROGRAMS, *bootstrap.STEPS}
    needs = {name: program.needs for name, program in PROGRAMS.items()}
    needs |= {name: step.needs for name, step in bootstrap.STEPS.items()}
    assert {need for found in needs.values() for need in found} <= known


def test_every_server_is_told_to_listen_on_this_machine_only(layout: Layout) -> None:
    from deploy.local import connect, kafka, postgres

    addresses = [kafka.settings(layout)["listeners"], connect.settings(layout)["listeners"]]
    assert all("127.0.0.1" in str(address) and "0.0.0.0" not in str(address) for address in addresses)
    assert "listen_addresses = '{host}'" in postgres.CONFIGURATION
    for name in ("bigquery", "qdrant", "simulator"):
        assert "127.0.0.1" in PROGRAMS[name].command(layout)
