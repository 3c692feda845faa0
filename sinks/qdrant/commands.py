"""`balcao run qdrant`, and `balcao index status|rebuild|switch|discard`: new vectors beside the ones in use."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sinks.qdrant.operate import Operations


def run() -> None:
    """Keep the vector index up to date with the products' search documents."""
    from runtime.settings import QdrantSettings, load
    from runtime.station import run as run_station
    from sinks.qdrant.operate import embedders
    from sinks.qdrant.processor import ProductPoints

    run_station("qdrant", [ProductPoints(load(QdrantSettings), *embedders())])


def status() -> None:
    """Show the index's collections: whose vectors, how many points, which one is in use, how far a new one is."""

    async def look() -> Sequence[str]:
        async with _operations() as operations:
            return await operations.status()

    for line in asyncio.run(look()):
        typer.echo(line)


def rebuild(
    again: Annotated[
        bool, typer.Option("--again", help="Make a further collection although the one in use has these vectors.")
    ] = False,
    switch_too: Annotated[bool, typer.Option("--switch", help="Use it as soon as it is full.")] = False,
) -> None:
    """Fill a new collection with this program's vectors, beside the one in use; killed, it goes on when run again.

    Searches are answered from the collection in use until `balcao index switch`.
    """

    async def build() -> str:
        async with _operations() as operations:
            return await operations.rebuild(again=again, switch=switch_too)

    typer.echo(asyncio.run(build()))


def switch(
    collection: Annotated[str | None, typer.Argument(help="The new one when left out; an old one to go back.")] = None,
) -> None:
    """Use another collection: it is brought up to date, then all searches and writes go there. The old one is kept."""

    async def move() -> str:
        async with _operations() as operations:
            return await operations.switch(collection)

    typer.echo(asyncio.run(move()))


def discard(collection: Annotated[str, typer.Argument(help="A collection that is not in use.")]) -> None:
    """Remove a collection that is not in use."""

    async def remove() -> str:
        async with _operations() as operations:
            return await operations.discard(collection)

    typer.echo(asyncio.run(remove()))


@asynccontextmanager
async def _operations() -> "AsyncIterator[Operations]":
    import structlog

    from runtime.codec import Decoder
    from runtime.errors import UserError
    from runtime.qdrant import connect
    from runtime.registry import Registry, RegistryUnavailable
    from runtime.settings import KafkaSettings, QdrantSettings, RegistrySettings, load
    from sinks.qdrant.operate import Operations, embedders

    settings, registry = load(QdrantSettings), Registry(load(RegistrySettings))
    client, kept = connect(settings), structlog.get_config()
    # what is done is said in a sentence; a station's log says it its own way
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("warning"))
    try:
        yield Operations(
            load(KafkaSettings), Decoder(registry), client, settings.collection, embedders(), say=typer.echo
        )
    except RegistryUnavailable as error:
        raise UserError(f"The schema registry does not answer ({error}); look at `balcao status`.") from error
    finally:
        structlog.configure(**kept)
        await client.close()
        registry.close()
