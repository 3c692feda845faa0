"""`balcao catalogue`."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_PORT = 17010


def catalogue(
    *,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = DEFAULT_PORT,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    out: Annotated[
        Path | None, typer.Option(help="Write the pages as files into this folder instead of serving them.")
    ] = None,
) -> None:
    """Serve a page for every topic, or write the pages as files for a plain web server."""
    if out is not None:
        sys.stdout.write(f"{export(out)} files in {out}; open {out / 'index.html'} through a web server\n")
        return
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(host, port))


def export(folder: Path) -> int:
    """Write the site without live figures; returns how many files. Blocks.

    Raises ``UserError`` when the folder holds something that is not a catalogue, or cannot be written.
    """
    from backoffice.catalogue import register, site
    from runtime.errors import UserError

    files = site.render(register.current(), live=False)
    foreign = folder.is_file() or (folder.exists() and any(folder.iterdir()) and not (folder / site.DOCUMENT).exists())
    if foreign:
        raise UserError(f"{folder} holds something else; name an empty or a new folder.")
    try:
        for stale in folder.glob("**/topics/*.html"):
            stale.unlink()
        for path, body in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)
    except OSError as error:
        raise UserError(f"cannot write to {folder}: {error.strerror}.") from error
    return len(files)


async def _serve(host: str, port: int) -> None:
    from backoffice.catalogue import register, site
    from backoffice.catalogue.live import AdminBroker, Live
    from backoffice.catalogue.server import serve
    from runtime import log
    from runtime.errors import SettingsError, UserError
    from runtime.settings import KafkaSettings, load

    log.configure("catalogue")
    found = register.current()
    try:
        broker = AdminBroker(load(KafkaSettings))
    except SettingsError as error:
        broker = None
        sys.stderr.write(f"no live figures: {error}\n")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        async with serve(site.render(found, live=True), Live(broker, found.topics), host=host, port=port) as address:
            sys.stdout.write(f"{address}/\n")
            sys.stdout.flush()
            await stop.wait()
    except OSError as error:
        raise UserError(f"the catalogue cannot listen on {host}:{port}: {error.strerror}.") from error
