"""`balcao connectors apply|status|restart`."""

import asyncio
from typing import Annotated

import typer

Names = Annotated[list[str] | None, typer.Argument(help="Connectors; all when none is named.")]


def apply(
    names: Names = None, wait: Annotated[float, typer.Option(help="Seconds to wait until they run.")] = 60
) -> None:
    """Bring the connectors to their committed configuration; running it again changes nothing."""
    from connectors.postgres import configs, operate
    from connectors.postgres.client import ConnectClient
    from runtime.settings import ConnectSettings, load

    chosen = configs.connectors(names or ())

    async def run() -> None:
        async with ConnectClient(load(ConnectSettings)) as client:
            for connector in chosen:
                typer.echo(f"{connector.name}: {await operate.apply(client, connector)}")
            await operate.wait_running(client, [connector.name for connector in chosen], timeout=wait)

    asyncio.run(run())


def status(names: Names = None) -> None:
    """Show each connector's state and, when it failed, why; exit 1 unless all run."""
    from connectors.postgres import configs, operate
    from connectors.postgres.client import ConnectClient
    from runtime.settings import ConnectSettings, load

    chosen = configs.connectors(names or ())

    async def run() -> list[operate.State]:
        async with ConnectClient(load(ConnectSettings)) as client:
            return [await operate.state(client, connector.name) for connector in chosen]

    states = asyncio.run(run())
    for found in states:
        tasks = ", ".join(found.tasks) or "no task"
        typer.echo(f"{found.name}: {found.connector} ({tasks})")
        if found.trace:
            typer.echo(f"  {operate.first_line(found.trace)}")
    if not all(found.running for found in states):
        raise typer.Exit(1)


def restart(names: Names = None) -> None:
    """Restart the connectors and their tasks."""
    from connectors.postgres import configs
    from connectors.postgres.client import ConnectClient
    from runtime.settings import ConnectSettings, load

    chosen = configs.connectors(names or ())

    async def run() -> None:
        async with ConnectClient(load(ConnectSettings)) as client:
            for connector in chosen:
                await client.restart(connector.name)
                typer.echo(f"{connector.name}: restarted")

    asyncio.run(run())
