"""Wiring the simulator: the one place where its parts meet."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from aiohttp import web

from deploy.local.simulator import web_guard
from deploy.local.simulator.cloud import CloudApi
from deploy.local.simulator.contacts import ContactList
from deploy.local.simulator.control import Control
from deploy.local.simulator.courier import Courier
from deploy.local.simulator.events import Events
from deploy.local.simulator.feed import Feed
from deploy.local.simulator.handshake import Subscription
from deploy.local.simulator.media import LARGEST_BYTES, Media
from deploy.local.simulator.payloads import Sender
from deploy.local.simulator.provider import Provider
from deploy.local.simulator.retry import Schedule
from deploy.local.simulator.settings import Business, Simulation, Subscriber
from deploy.local.simulator.store import Store

PAGE: Final = Path(__file__).parent / "page"


@dataclass(frozen=True)
class Settings:
    """Everything the simulator is told."""

    business: Business
    subscriber: Subscriber
    simulation: Simulation


@asynccontextmanager
async def serve(
    settings: Settings, *, host: str, port: int, data: Path, contacts: Path | None = None, random: Random | None = None
) -> AsyncIterator[str]:
    """Run the simulator while the context lasts; gives its address (``http://host:port``); port 0 takes a free one.

    An error in the delivery of webhooks cancels the body and is raised out of the context. Raises ``OSError`` when
    the port is taken.
    """
    business, subscriber, simulation = settings.business, settings.subscriber, settings.simulation
    random = random or Random()  # noqa: S311 - spreads retries
    store = Store(data)
    stopping = asyncio.Event()
    feed = Feed()
    courier = Courier(
        store,
        url=simulation.webhook_url,
        app_secret=subscriber.app_secret,
        schedule=Schedule(
            simulation.retry_first_seconds, simulation.retry_longest_seconds, simulation.retry_for_seconds
        ),
        timeout_seconds=simulation.webhook_timeout_seconds,
        now_ms=now_ms,
        random=random,
    )
    provider = Provider(
        store=store,
        sender=Sender(simulation.account_id, business.phone_number_id, simulation.display_phone_number),
        simulation=simulation,
        feed=feed,
        deliver=courier.deliver,
        random=random,
        now_ms=now_ms,
    )
    subscription = Subscription(store, simulation.webhook_url, subscriber.verify_token)
    app = web.Application(middlewares=[web_guard.guard], client_max_size=LARGEST_BYTES)
    app[web_guard.BOUND_HOST] = host
    app.on_response_prepare.append(web_guard.add_headers)
    media = Media()
    app.add_routes(media.routes())
    app.add_routes(CloudApi(provider, media, business.phone_number_id, business.access_token).routes())
    app.add_routes(Control(provider, courier, subscription, ContactList(contacts)).routes())
    app.add_routes(Events(provider, stopping).routes())
    app.add_routes([web.get("/healthz", _health), web.get("/", _index), web.static("/page", PAGE)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    try:
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = runner.addresses[0][1]
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(courier.run(subscription.confirmed, provider.advance)),
                group.create_task(subscription.run()),
            ]
            try:
                yield f"http://{host}:{bound}"
            finally:
                stopping.set()
                feed.wake_all()
                for task in tasks:
                    task.cancel()
    finally:
        await runner.cleanup()
        store.close()


def now_ms() -> float:
    """Unix milliseconds, to the microsecond."""
    return time.time_ns() // 1000 / 1000


async def _health(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def _index(_: web.Request) -> web.StreamResponse:
    return web.FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-cache"})
