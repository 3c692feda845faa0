"""The chat page in a browser, with a platform that answers."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.world import Platform, Simulator, simulator_on, until

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

pytestmark = pytest.mark.browser

ANA = "5511987650001"
CONTACTS = [
    {"wa_id": ANA, "name": "Ana Beatriz", "pharmacy": "Drogaria Aurora"},
    {"wa_id": "5531987650003", "name": "Débora Martins", "pharmacy": "Farma São João"},
]


@pytest.fixture
async def simulator(platform: Platform, tmp_path: Path) -> AsyncIterator[Simulator]:
    """A simulator with two contacts whose platform marks as read and repeats what was said."""
    contacts = tmp_path / "contacts.json"
    contacts.write_text(json.dumps(CONTACTS))
    async with simulator_on(platform.url, tmp_path / "data", contacts=contacts) as running:
        answering: set[asyncio.Task[None]] = set()

        async def answer(message: dict[str, Any]) -> None:
            read = {"messaging_product": "whatsapp", "status": "read", "message_id": message["id"]}
            await running.cloud(read | {"typing_indicator": {"type": "text"}})
            if message.get("text", {}).get("body") != "silêncio":
                await running.sends(message["from"], "Recebi: *" + message.get("text", {}).get("body", "") + "*")

        async def on_message(message: dict[str, Any]) -> None:
            task = asyncio.create_task(answer(message))
            answering.add(task)

        platform.on_message = on_message
        yield running
        await asyncio.gather(*answering)


async def open_as_ana(page: "Page", simulator: Simulator) -> None:
    await page.goto(simulator.url)
    await page.get_by_role("button", name="Drogaria Aurora").click()
    await page.locator("#connection[data-lost=false]").wait_for()


def mine(page: "Page") -> "Locator":
    return page.locator(".bubble.mine")


def theirs(page: "Page") -> "Locator":
    return page.locator(".bubble.theirs .words")


async def settles(ready: Callable[[], Any]) -> None:
    """Wait for something in the page."""
    async with asyncio.timeout(60):
        while not await ready():  # noqa: ASYNC110 - the condition is in the page
            await asyncio.sleep(0.02)


async def test_a_person_picks_a_pharmacy_asks_and_sees_the_answer_live(
    browser_page: "Page", simulator: Simulator
) -> None:
    await open_as_ana(browser_page, simulator)
    await browser_page.get_by_role("textbox", name="Escreva uma mensagem").fill("Cadê meu pedido?")
    await browser_page.keyboard.press("Enter")
    await theirs(browser_page).wait_for()
    assert await theirs(browser_page).inner_text() == "Recebi: Cadê meu pedido?"
    assert await theirs(browser_page).locator("strong").inner_text() == "Cadê meu pedido?"
    await mine(browser_page).get_by_label("lida").wait_for()
    assert await mine(browser_page).count() == 1
    assert await browser_page.locator("#draft").input_value() == ""


async def test_the_banner_says_that_nothing_leaves_the_computer(browser_page: "Page", simulator: Simulator) -> None:
    await browser_page.goto(simulator.url)
    banner = browser_page.get_by_role("note")
    assert await banner.inner_text() == "Simulador — nenhuma mensagem sai deste computador"


async def test_a_suggestion_is_sent_by_a_click(browser_page: "Page", simulator: Simulator) -> None:
    await open_as_ana(browser_page, simulator)
    await browser_page.get_by_role("button", name="Tem dipirona 500?").click()
    await theirs(browser_page).wait_for()
    assert await theirs(browser_page).inner_text() == "Recebi: Tem dipirona 500?"


async def test_shift_enter_breaks_the_line_and_markup_stays_text(browser_page: "Page", simulator: Simulator) -> None:
    await open_as_ana(browser_page, simulator)
    await browser_page.locator("#draft").press_sequentially("<img src=x onerror=alert(1)>")
    await browser_page.keyboard.press("Shift+Enter")
    await browser_page.locator("#draft").press_sequentially("segunda linha")
    await browser_page.keyboard.press("Enter")
    await theirs(browser_page).wait_for()
    assert await mine(browser_page).locator(".words").inner_text() == "<img src=x onerror=alert(1)>\nsegunda linha"
    assert await browser_page.locator(".bubble img").count() == 0


async def test_somebody_who_waits_sees_that_an_answer_is_written(browser_page: "Page", simulator: Simulator) -> None:
    await open_as_ana(browser_page, simulator)
    await simulator.writes(ANA, "silêncio")
    await browser_page.locator("#typing").wait_for(state="visible")
    await simulator.sends(ANA, "Pronto")
    await browser_page.locator("#typing").wait_for(state="hidden")


async def test_the_page_comes_back_after_the_simulator_restarts(
    browser_page: "Page", platform: Platform, tmp_path: Path
) -> None:
    async with simulator_on(platform.url, tmp_path) as first:
        port = int(first.url.rsplit(":", 1)[1])
        await browser_page.goto(f"{first.url}/#{ANA}")
        await first.writes(ANA, "antes")
        await mine(browser_page).wait_for()
    await browser_page.locator("#connection[data-lost=true]").wait_for()
    await browser_page.locator("#draft").fill("no meio")
    await browser_page.keyboard.press("Enter")
    await browser_page.get_by_role("button", name="Tentar de novo").wait_for()
    async with simulator_on(platform.url, tmp_path, port=port) as second:
        await browser_page.locator("#connection[data-lost=false]").wait_for()
        await browser_page.get_by_role("button", name="Tentar de novo").click()
        await second.sends(ANA, "depois")
        await theirs(browser_page).wait_for()
        await settles(lambda: settled_texts(browser_page))
        await until(lambda: "no meio" in [message["text"]["body"] for message in platform.messages])


async def settled_texts(page: "Page") -> bool:
    return sorted(await mine(page).locator(".words").all_inner_texts()) == ["antes", "no meio"]


async def test_an_interactive_message_is_answered_by_its_button(
    browser_page: "Page", simulator: Simulator, platform: Platform
) -> None:
    await open_as_ana(browser_page, simulator)
    await simulator.writes(ANA, "oi")
    await theirs(browser_page).wait_for()
    interactive = {
        "type": "button",
        "body": {"text": "Como posso ajudar?"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "order", "title": "Meu pedido"}}]},
    }
    body = {"messaging_product": "whatsapp", "to": ANA, "type": "interactive", "interactive": interactive}
    answer = await simulator.cloud(body)
    await browser_page.get_by_role("button", name="Meu pedido", exact=True).click()
    await until(lambda: len(platform.messages) == 2)
    assert platform.messages[1]["interactive"] == {
        "type": "button_reply",
        "button_reply": {"id": "order", "title": "Meu pedido"},
    }
    assert platform.messages[1]["context"]["id"] == answer["messages"][0]["id"]


async def test_contacts_are_found_without_accents_and_another_number_can_be_used(
    browser_page: "Page", simulator: Simulator
) -> None:
    await browser_page.goto(simulator.url)
    lines = browser_page.locator("#contacts button")
    await lines.first.wait_for()
    await browser_page.get_by_role("searchbox").fill("sao joao")
    assert await lines.count() == 1
    await browser_page.get_by_label("Ou converse com outro número").fill("12")
    await browser_page.get_by_role("button", name="Abrir").click()
    assert "7 a 15 algarismos" in await browser_page.locator("#number-problem").inner_text()
    await browser_page.get_by_label("Ou converse com outro número").fill("+55 71 98765-0009")
    await browser_page.get_by_role("button", name="Abrir").click()
    await browser_page.get_by_text("Você: +55 71 98765-0009").wait_for()


async def test_the_page_speaks_english_when_asked(browser_page: "Page", simulator: Simulator) -> None:
    await open_as_ana(browser_page, simulator)
    await browser_page.get_by_role("button", name="English").click()
    await browser_page.get_by_text("Enter sends").wait_for()
    assert await browser_page.locator("html").get_attribute("lang") == "en"
    await browser_page.reload()
    await browser_page.get_by_text("Who are you in this conversation?").wait_for()


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_overflows_or_is_too_faint_to_read(
    width: int, scheme: Any, browser_page: "Page", simulator: Simulator
) -> None:
    await browser_page.set_viewport_size({"width": width, "height": 740})
    await browser_page.emulate_media(color_scheme=scheme)
    await open_as_ana(browser_page, simulator)
    await simulator.writes(ANA, "x" * 300 + " " + "palavra " * 60)
    await theirs(browser_page).wait_for()
    wider = await browser_page.evaluate(
        "['html', '#scroll', '.people'].filter(s => { const e = document.querySelector(s);"
        " return e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 })"
    )
    assert wider == []
    assert await browser_page.evaluate(FAINT) == []


# WCAG 2's contrast of every visible text with the first solid colour behind it, where it is under 4.5.
FAINT = """() => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const colour = channels(getComputedStyle(node).backgroundColor);
      if ((colour[3] ?? 1) === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!own || !node.checkVisibility() || node.disabled) continue;
    const [a, b] = [light(channels(getComputedStyle(node).color)), light(behind(node))];
    const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (contrast < 4.5) found.push(`${node.tagName}.${node.className} ${contrast.toFixed(2)} ${node.textContent}`);
  }
  return found;
}"""
