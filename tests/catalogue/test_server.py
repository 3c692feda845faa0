"""The catalogue over HTTP."""

import aiohttp
import pytest

from backoffice.catalogue.server import HEADERS
from schemas.events import PRICE_CHANGED
from tests.catalogue.conftest import Serving
from tests.catalogue.registers import EVIL, register_of, visits

pytestmark = pytest.mark.broker


async def test_pages_come_with_the_headers_that_protect_them(address: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{address}/topics/{PRICE_CHANGED.name}") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        assert PRICE_CHANGED.name in await answer.text()
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("path", "lang"), [("/topics/nothing.v9.html", "pt-BR"), ("/a/b/c", "pt-BR"), ("/en/x", "en")])
async def test_what_is_not_there_is_a_page_with_search(address: str, path: str, lang: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(address + path) as answer:
        text = await answer.text()
        assert answer.status == 404
        assert f'lang="{lang}"' in text
        assert 'role="search"' in text
        assert 'href="/assets/layout.css"' in text


@pytest.mark.parametrize("path", ["/../pyproject.toml", "/assets/../../page.py", "/%2e%2e/server.py"])
async def test_only_the_sites_own_files_are_served(address: str, path: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(address + path) as answer:
        assert answer.status == 404


async def test_an_unknown_topic_has_no_figures_and_an_absent_broker_is_said(address: str) -> None:
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{address}/live/nothing.json") as answer:
            assert answer.status == 404
        async with http.get(f"{address}/live/{PRICE_CHANGED.name}.json") as answer:
            assert (answer.status, (await answer.json())["state"]) == (200, "away")
        async with http.get(f"{address}/live.json") as answer:
            assert await answer.json() == {"state": "away", "age_seconds": {}}


async def test_another_hosts_name_is_refused(address: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(address, headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403


async def test_a_hostile_register_is_served_as_text(serving: Serving) -> None:
    async with (
        serving(register_of(visits())) as address,
        aiohttp.ClientSession() as http,
        http.get(f"{address}/topics/visits.came.v1.html") as answer,
    ):
        assert EVIL not in await answer.text()
