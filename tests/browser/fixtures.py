"""Fixtures for tests in a browser; a ``conftest.py`` takes them by importing their names."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from deploy.local.browser import browser

if TYPE_CHECKING:
    from playwright.async_api import Page


@pytest.fixture
async def browser_page() -> "AsyncIterator[Page]":
    """A page of a fresh browser in Portuguese, 1280 x 800; the test fails when the page reports an error of its own.

    A connection that a test breaks on purpose is no such error.
    """
    async with browser() as driven:
        context = await driven.new_context(viewport={"width": 1280, "height": 800}, locale="pt-BR")
        page = await context.new_page()
        page.set_default_timeout(15_000)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        yield page
        await context.close()
    assert [problem for problem in problems if "net::ERR_" not in problem] == []
