"""What the catalogue's tests share: a register of their own, a served catalogue, a browser."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from backoffice.catalogue import site
from backoffice.catalogue.live import Broker, Live
from backoffice.catalogue.register import Register, current
from backoffice.catalogue.server import serve
from tests.browser.fixtures import browser_page

__all__ = ["browser_page"]

Serving = Callable[..., AbstractAsyncContextManager[str]]


@pytest.fixture(scope="session")
def register() -> Register:
    """The platform's own register."""
    return current()


@pytest.fixture
def serving(register: Register) -> Serving:
    """Serves a register, the platform's when none is given; without a broker unless one is given."""

    @asynccontextmanager
    async def served(of: Register | None = None, broker: Broker | None = None) -> AsyncIterator[str]:
        chosen = of or register
        async with serve(
            site.render(chosen, live=True), Live(broker, chosen.topics), host="127.0.0.1", port=0
        ) as address:
            yield address

    return served


@pytest.fixture
async def address(serving: Serving) -> AsyncIterator[str]:
    """The platform's catalogue, without a broker."""
    async with serving() as found:
        yield found
