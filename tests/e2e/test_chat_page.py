"""A person talks to the platform in a browser, through the simulator's chat page."""

import pytest
from playwright.async_api import Page, expect

from deploy.local.stack import Stack
from store.probes import Writer

pytestmark = pytest.mark.browser

LIMIT_MS = 60_000


async def test_a_pharmacist_asks_and_is_answered_then_gets_a_person(
    platform: Stack, pharmacist: Writer, browser_page: Page
) -> None:
    await browser_page.goto(f"{platform.layout().url('simulator', '/')}#{pharmacist.wa_id}")
    box = browser_page.locator("#draft")
    await box.fill("quanto custa losartana 50 mg?")
    await box.press("Enter")
    replies = browser_page.locator(".bubble.theirs")
    await expect(replies.last).to_contain_text("R$", timeout=LIMIT_MS)
    await box.fill("quero falar com uma pessoa")
    await box.press("Enter")
    await expect(replies.last).to_contain_text("Chamei uma pessoa", timeout=LIMIT_MS)
