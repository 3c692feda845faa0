"""``python -m deploy.local.simulator --host 127.0.0.1 --port P --data DIR [--contacts FILE]``."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from runtime.errors import UserError


def main(
    port: Annotated[int, typer.Option(help="Port to listen on.")],
    data: Annotated[Path, typer.Option(help="Folder that keeps messages and waiting webhooks.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    contacts: Annotated[
        Path | None, typer.Option(help="JSON array of {wa_id, name, pharmacy} to chat as; read again when it changes.")
    ] = None,
) -> None:
    """Simulate WhatsApp's Cloud API for the platform, with a chat page."""
    import uvloop

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(host, port, data, contacts))
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(2) from None


async def _run(host: str, port: int, data: Path, contacts: Path | None) -> None:
    from deploy.local.simulator.server import Settings, serve
    from deploy.local.simulator.settings import Business, Simulation, Subscriber
    from runtime import log
    from runtime.settings import load

    log.configure("simulator")
    settings = Settings(load(Business), load(Subscriber), load(Simulation))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        async with serve(
            settings, host=host, port=port, data=data, contacts=contacts or settings.simulation.contacts_file
        ):
            await stop.wait()
    except OSError as error:
        raise UserError(f"the simulator cannot listen on {host}:{port}: {error.strerror}") from error


if __name__ == "__main__":
    typer.run(main)
