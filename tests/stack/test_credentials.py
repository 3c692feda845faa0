"""Secrets are made once, kept to their owner, and shown to nobody."""

import pytest

from deploy.local import credentials
from deploy.local.credentials import NAMES
from deploy.local.home import Home
from deploy.local.layout import Layout
from runtime.errors import UserError

pytestmark = pytest.mark.unit


def test_the_file_is_its_owners_only(layout: Layout) -> None:
    assert layout.home.credentials.stat().st_mode & 0o777 == 0o600
    assert layout.home.root.stat().st_mode & 0o777 == 0o700


def test_a_mode_that_somebody_opened_is_closed_again(layout: Layout) -> None:
    layout.home.credentials.chmod(0o644)
    credentials.ensure(layout.home)
    assert layout.home.credentials.stat().st_mode & 0o777 == 0o600


def test_they_are_made_once_and_differ(layout: Layout) -> None:
    assert credentials.ensure(layout.home) == layout.credentials
    assert len(set(layout.credentials.values.values())) == len(NAMES)


def test_a_new_one_is_added_without_touching_the_others(layout: Layout) -> None:
    lines = layout.home.credentials.read_text().splitlines(keepends=True)
    layout.home.credentials.write_text("".join(line for line in lines if "DEBEZIUM" not in line))
    again = credentials.ensure(layout.home)
    assert again.password("debezium") != layout.credentials.password("debezium")
    assert again.password("registry") == layout.credentials.password("registry")


def test_their_representation_shows_none(layout: Layout) -> None:
    shown = repr(layout) + repr(layout.credentials)
    assert not [value for value in layout.credentials.values.values() if value in shown]


def test_without_a_stack_the_command_to_run_is_named(layout: Layout) -> None:
    layout.home.credentials.unlink()
    with pytest.raises(UserError, match="balcao up"):
        credentials.read(Home.at(layout.home.root))
