"""Pictures and voice: fetched from the channel, read when something can, never a yes, and honest when not."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from agents.engine.heard import heard
from agents.media.attached import attached
from agents.media.barcode import BarcodeReader, codes
from agents.media.channel import ChannelMedia, File, MediaUnavailable
from agents.media.reader import Readers
from agents.memory import Frame, Pending
from agents.testing import NOON, Talk, message
from agents.understanding.offline import OfflineUnderstanding
from deploy.local.simulator.media import Media
from deploy.local.simulator.server import Settings, serve
from deploy.local.simulator.settings import Business, Simulation, Subscriber

GTIN = "7891000315507"


def picture_of(code: str) -> bytes:
    """A PNG with the code's bars."""
    import numpy as np
    import zxingcpp
    from PIL import Image

    bars = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.EAN13), scale=4)
    made = io.BytesIO()
    Image.fromarray(np.array(bars)).save(made, "PNG")
    return made.getvalue()


def photo(media_id: str = "123", **changes: Any) -> Any:
    payload = f'{{"type": "image", "image": {{"id": "{media_id}", "mime_type": "image/png"}}}}'
    return message(None, kind="image", payload=payload, **changes)


@pytest.mark.unit
def test_a_barcode_is_read_and_anything_else_is_not() -> None:
    assert codes(picture_of(GTIN)) == GTIN
    for nothing in (b"", b"not a picture", picture_of(GTIN)[:100]):
        assert codes(nothing) is None


@pytest.mark.unit
def test_what_a_message_has_beside_words() -> None:
    found = attached(photo())
    assert found is not None
    assert (found.media_id, found.kind) == ("123", "image")
    for other in ("{}", "[1]", "no json", '{"image": 3}', '{"image": {"id": "../../etc"}}'):
        assert attached(message(None, kind="image", payload=other)) is None
    assert attached(message("oi")) is None


@pytest.mark.unit
async def test_what_a_picture_says_is_marked_and_confirms_nothing(world: Any, offline: OfflineUnderstanding) -> None:
    talk = Talk(world, understanding=offline)
    waiting = Pending("0" * 64, "wamid.0", "place_order", {}, "Confirma?", NOON)
    talk.memory = replace(talk.memory, frames=(Frame("order_status", pending=waiting),), asked=True)
    shown = photo()
    turn = await talk.listens(heard([shown], {shown["message_id"]: "sim"}))
    assert turn.seen["said"]["read_from"] == ["image"]
    assert all(request["kind"] != "yes" for request in turn.seen["requests"])


@pytest.mark.unit
async def test_a_code_that_was_read_finds_its_product(world: Any, offline: OfflineUnderstanding) -> None:
    asked: list[str] = []
    find = world.find_products

    async def noting(words: str) -> Any:
        asked.append(words)
        return await find("losartana")

    world.find_products = noting
    shown = photo()
    turn = await Talk(world, understanding=offline).listens(heard([shown], {shown["message_id"]: GTIN}))
    assert asked == [GTIN]
    assert "Losartana" in turn.text


@pytest.mark.unit
@pytest.mark.parametrize(("kind", "said"), [("image", "código de barras"), ("audio", "só entendo mensagens escritas")])
async def test_what_nobody_can_read_is_said(world: Any, kind: str, said: str) -> None:
    sent = message(None, kind=kind)
    assert said in (await Talk(world).listens(heard([sent], {sent["message_id"]: None}))).text


@pytest.fixture
async def channel(tmp_path: Path) -> AsyncIterator[tuple[str, ChannelMedia]]:
    business = Business(phone_number_id="106540352242922", access_token=SecretStr("token"))
    subscriber = Subscriber(app_secret=SecretStr("secret"), verify_token=SecretStr("verify"))
    simulation = Simulation(webhook_url="http://127.0.0.1:9/webhook")
    async with serve(Settings(business, subscriber, simulation), host="127.0.0.1", port=0, data=tmp_path) as url:
        media = ChannelMedia(f"{url}/v23.0", SecretStr("token"))
        await media.open()
        yield url, media
        await media.close()


@pytest.mark.broker
async def test_a_file_goes_from_the_contact_through_the_channel_to_its_words(channel: tuple[str, ChannelMedia]) -> None:
    url, media = channel
    async with aiohttp.ClientSession() as session:
        upload = session.post(f"{url}/control/media", data=picture_of(GTIN), headers={"Content-Type": "image/png"})
        async with upload as response:
            media_id = (await response.json())["id"]
    sent, gone = photo(media_id), photo("999")
    read = await Readers(media, [BarcodeReader()]).words([sent, gone, message("oi")])
    assert read == {sent["message_id"]: GTIN, gone["message_id"]: None}
    stranger = ChannelMedia(f"{url}/v23.0", SecretStr("another"))
    await stranger.open()
    with pytest.raises(MediaUnavailable, match="401"):
        await stranger.fetch(media_id)
    await stranger.close()


@pytest.mark.unit
def test_the_simulator_describes_a_file_as_the_channel_does() -> None:
    media = Media()
    media_id = media.add(File(b"abc", "image/png"))  # type: ignore[arg-type]
    file = media.find(media_id)
    assert file is not None
    described = media.described(media_id, file, "http://x/media/1")
    assert described["file_size"] == 3
    assert described["sha256"].startswith("ba7816bf")
