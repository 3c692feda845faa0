"""Layouts of stacks that nobody starts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import credentials
from deploy.local.artifacts import lock
from deploy.local.bundles import Bundles
from deploy.local.home import Home
from deploy.local.layout import Layout
from deploy.local.ports import Ports


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[Layout]:
    """A stack in a folder whose name has what usually breaks: spaces, a percent sign, letters beyond ASCII."""
    home = Home.at(tmp_path / "Balcão 100% local")
    home.create()
    yield Layout(home, Ports.of(20000), credentials.ensure(home), Bundles(tmp_path / "cache", lock()))
    home.remove()
