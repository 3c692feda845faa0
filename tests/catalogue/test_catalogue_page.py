"""The catalogue in a browser."""

import asyncio
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from backoffice.catalogue.live import AdminBroker
from deploy.local.stack import Stack
from runtime.producer import Message, Producer
from runtime.settings import KafkaSettings, load
from runtime.topics import apply
from schemas.captured import CAPTURED
from schemas.events import PRICE_CHANGED
from schemas.topics import INBOUND, SEARCH_DOCUMENTS
from tests.catalogue.conftest import Serving
from tests.catalogue.registers import FakeBroker, register_of, visits

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = pytest.mark.browser

PAGES = ["/", f"/topics/{PRICE_CHANGED.name}.html", f"/topics/{INBOUND.name}.html", "/topics/nothing"]


async def test_a_search_for_price_leads_to_its_owner_fields_and_readers(browser_page: "Page", address: str) -> None:
    await browser_page.goto(address)
    await browser_page.keyboard.press("/")
    await browser_page.keyboard.type("price")
    first = browser_page.get_by_role("option").first
    await first.wait_for()
    assert PRICE_CHANGED.name in await first.inner_text()
    await browser_page.keyboard.press("Enter")
    await browser_page.wait_for_url(f"**/topics/{PRICE_CHANGED.name}.html")
    facts = await browser_page.locator("#facts").inner_text()
    assert "catalog" in facts.splitlines()
    assert await browser_page.get_by_role("row").filter(has_text="minimum_quantity").count() == 1
    assert "pricing@balcao.example" in await browser_page.locator("#readers").inner_text()


async def test_search_takes_words_without_accents_fields_and_arrow_keys(browser_page: "Page", address: str) -> None:
    await browser_page.goto(address)
    box = browser_page.get_by_role("combobox")
    await box.fill("telefone")
    options = browser_page.get_by_role("option")
    await options.first.wait_for()
    await box.fill("ate a confirmacao")
    await options.filter(has_text="promised_delivery").wait_for()
    await box.fill("whatsapp_id")
    await options.filter(has_text=CAPTURED["contacts"].name).wait_for()
    await box.fill("order")
    await options.nth(2).wait_for()
    await box.press("ArrowDown")
    chosen = await options.nth(1).get_attribute("id")
    assert await box.get_attribute("aria-activedescendant") == chosen
    await box.fill("zzzz")
    await browser_page.get_by_text("Nada encontrado para “zzzz”").first.wait_for()
    await box.press("Escape")
    assert await box.get_attribute("aria-expanded") == "false"


async def test_personal_fields_are_marked_and_the_language_changes_on_the_spot(
    browser_page: "Page", address: str
) -> None:
    await browser_page.goto(f"{address}/topics/{INBOUND.name}.html")
    row = browser_page.get_by_role("row").filter(has_text="contact_name")
    await row.get_by_text("dado pessoal", exact=True).wait_for()
    await browser_page.get_by_role("link", name="English").click()
    await row.get_by_text("personal data", exact=True).wait_for()
    assert await browser_page.locator("html").get_attribute("lang") == "en"


async def test_the_list_shows_public_topics_first_and_internal_ones_when_asked(
    browser_page: "Page", address: str
) -> None:
    await browser_page.goto(address)
    internal = browser_page.get_by_role("link", name=SEARCH_DOCUMENTS.name)
    assert await internal.count() == 0
    await browser_page.get_by_text("Internos", exact=False).nth(1).click()
    await internal.wait_for()
    assert await browser_page.get_by_role("link", name=PRICE_CHANGED.name).count() == 0


async def test_a_snippet_is_copied_and_another_tool_is_chosen(browser_page: "Page", address: str) -> None:
    await browser_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await browser_page.goto(f"{address}/topics/{PRICE_CHANGED.name}.html")
    await browser_page.get_by_text("kcat", exact=True).click()
    shown = browser_page.locator("[data-tool=kcat]")
    await shown.get_by_role("button", name="Copiar").click()
    await shown.get_by_role("button", name="Copiado").wait_for()
    copied = await browser_page.evaluate("navigator.clipboard.readText()")
    assert "\nkcat -b" in copied
    assert PRICE_CHANGED.name in copied


async def test_the_drawing_leads_from_topic_to_topic(browser_page: "Page", address: str) -> None:
    await browser_page.goto(f"{address}/topics/{PRICE_CHANGED.name}.html")
    await browser_page.locator("svg.wide").get_by_role("link", name=CAPTURED["offers"].name).click()
    await browser_page.wait_for_url(f"**/topics/{CAPTURED['offers'].name}.html")


async def test_without_script_a_page_is_whole_and_offers_nothing_that_does_not_work(
    browser_page: "Page", address: str
) -> None:
    browser = browser_page.context.browser
    assert browser is not None
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{address}/topics/{PRICE_CHANGED.name}.html")
    await page.get_by_role("row").filter(has_text="minimum_quantity").wait_for()
    assert await page.get_by_role("combobox").count() == 0
    assert await page.get_by_role("button").count() == 0
    await page.get_by_text("Java", exact=True).click()
    await page.locator("[data-tool=java]").wait_for()
    await context.close()


async def test_a_broker_that_goes_and_comes_back_is_told_plainly(browser_page: "Page", serving: Serving) -> None:
    broker = FakeBroker({(PRICE_CHANGED.name, 0): [], (PRICE_CHANGED.name, 1): []}, away=True)
    async with serving(broker=broker) as address:
        await browser_page.goto(f"{address}/topics/{PRICE_CHANGED.name}.html")
        await browser_page.get_by_text("O broker não responde agora.").wait_for()
        await browser_page.get_by_text("O mínimo de unidades por pedido.").wait_for()
        broker.away = False
        await browser_page.get_by_text("nenhum ainda").wait_for()


@pytest.mark.timeout(300)
async def test_live_figures_follow_what_is_produced(browser_page: "Page", serving: Serving, stack: Stack) -> None:
    # a topic of its own: others read the platform's
    here = visits(name=f"visits.t{uuid.uuid4().hex[:10]}.v1", partitions=2)
    absent = visits(name=f"visits.n{uuid.uuid4().hex[:10]}.v1", partitions=1)
    kafka = load(KafkaSettings)
    await asyncio.to_thread(apply, kafka, [here])
    async with serving(register_of(here, absent), AdminBroker(kafka)) as address:
        await browser_page.goto(f"{address}/topics/{absent.name}.html")
        await browser_page.get_by_text("O broker ainda não tem este tópico.").wait_for()
        await browser_page.goto(f"{address}/topics/{here.name}.html")
        await browser_page.get_by_text("nenhum ainda").wait_for()
        producer = Producer(kafka, client_id="test.catalogue")
        await producer.send([Message(here.name, str(n), b"\0") for n in range(7)])
        await producer.close()
        await browser_page.locator("#live-total").get_by_text("7", exact=True).wait_for()
        age = await browser_page.locator("#live-age").inner_text()
        assert age == "agora" or age.startswith("há"), age
        assert await browser_page.locator("#live-rate").inner_text() != "0"
        assert await browser_page.locator("#live-chart rect:not(.rest)").count() >= 1
        await browser_page.goto(address)
        await browser_page.locator(f'.age[data-topic="{here.name}"][data-fresh]').wait_for()
        assert await browser_page.locator(f'.age[data-topic="{absent.name}"]').inner_text() == ""


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_overflows_or_is_too_faint_to_read(
    width: int, scheme: Any, browser_page: "Page", serving: Serving
) -> None:
    await browser_page.set_viewport_size({"width": width, "height": 800})
    await browser_page.emulate_media(color_scheme=scheme)
    async with serving() as address:
        for path in PAGES[:3]:
            await browser_page.goto(address + path)
            await browser_page.get_by_role("combobox").fill("price")
            await browser_page.get_by_role("option").first.wait_for()
            wide = await browser_page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, path
            assert await browser_page.evaluate(FAINT) == [], path


FAINT = (Path(__file__).with_name("faint.js")).read_text(encoding="utf-8")
