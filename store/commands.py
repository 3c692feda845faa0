"""Commands on the operational databases: migrate them, fill them, keep them busy, prune them."""

import enum
from typing import Annotated

import typer


class Size(enum.StrEnum):
    """How big a market to make."""

    S = "S"
    M = "M"
    L = "L"


def migrate() -> None:
    """Apply what is new of the migrations to both databases; running it again does nothing."""
    from runtime.settings import MarketplaceOwner, PlatformOwner, load
    from store.migrate import migrate as apply

    databases = {"marketplace": load(MarketplaceOwner).dsn, "platform": load(PlatformOwner).dsn}
    for database, dsn in databases.items():
        applied = apply(database, dsn.get_secret_value())
        for migration in applied:
            typer.echo(f"{database}: applied {migration}")
        if not applied:
            typer.echo(f"{database}: up to date")


def seed(
    size: Annotated[Size, typer.Option(help="S: 200 pharmacies, 1,500 products; M: ten times that; L: a hundred.")] = (
        Size.S
    ),
    number: Annotated[int, typer.Option("--seed", help="The same number makes the same market.")] = 7,
) -> None:
    """Fill an empty marketplace with an invented, believable market; one that has data is left as it is."""
    from datetime import UTC, datetime

    from runtime.settings import MarketplaceWriter, load
    from store.generator.load import load as copy
    from store.generator.market import market
    from store.generator.sizes import SIZES
    from store.progress import rows_shown
    from store.session import session

    tables = market(SIZES[size.value], seed=number, now=datetime.now(UTC))
    with session(load(MarketplaceWriter).dsn) as connection, rows_shown() as progress:
        loaded = copy(connection, tables, progress)
    if loaded is None:
        typer.echo("The marketplace has data already: left as it is.")
        return
    typer.echo("Made " + ", ".join(f"{rows:,} {table}" for table, rows in loaded.items()) + ".")


def traffic(
    rate: Annotated[float, typer.Option(min=0.1, help="Changes a second; each is one small transaction.")] = 20,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Stop after so long; until interrupted without.")
    ] = None,
    number: Annotated[int, typer.Option("--seed", help="The same number makes the same choices.")] = 7,
) -> None:
    """Keep the marketplace busy: prices and stock change, orders are placed and move on, pharmacies register."""
    import asyncio

    from runtime.settings import MarketplaceWriter, load
    from store.traffic.run import keep_busy

    done = asyncio.run(keep_busy(load(MarketplaceWriter).dsn.get_secret_value(), rate, seconds=seconds, seed=number))
    typer.echo(done.sentence())


def prune_outbox(
    days: Annotated[int, typer.Option(min=1, help="Keep events of so many days.")] = 7,
) -> None:
    """Delete outbox events that were published long ago; run it daily."""
    from datetime import timedelta

    from runtime.settings import PlatformOwner, load
    from store.outbox import prune
    from store.session import session

    with session(load(PlatformOwner).dsn) as connection:
        typer.echo(f"Deleted {prune(connection, keep=timedelta(days=days)):,} events.")


def prune_requests(
    days: Annotated[int, typer.Option(min=8, help="Keep requests of so many days.")] = 30,
) -> None:
    """Forget what agents wrote for messages of long ago; run it daily. A message can come again for seven days."""
    from datetime import timedelta

    from runtime.settings import MarketplaceOwner, load
    from store.requests import prune
    from store.session import session

    with session(load(MarketplaceOwner).dsn) as connection:
        typer.echo(f"Deleted {prune(connection, keep=timedelta(days=days)):,} requests.")
