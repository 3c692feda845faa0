"""A simulator and a platform for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.browser.fixtures import browser_page
from tests.simulator.world import Platform, Simulator, platform_on, simulator_on

__all__ = ["browser_page"]


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    """A platform's webhook."""
    async with platform_on() as running:
        yield running


@pytest.fixture
async def simulator(platform: Platform, tmp_path: Path) -> AsyncIterator[Simulator]:
    """A simulator that calls ``platform``."""
    async with simulator_on(platform.url, tmp_path / "simulator") as running:
        yield running
