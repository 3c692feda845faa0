"""`balcao topics drift|skip`: what changed under the register, and how to pass records that nobody can take."""

import sys
from typing import Annotated

import typer


def drift() -> None:
    """Say where captured tables differ from the register; exit 1 when a difference stops their consumers."""
    from runtime.drift import find
    from runtime.errors import UserError
    from runtime.registry import RegistryUnavailable
    from runtime.settings import KafkaSettings, RegistrySettings, load
    from schemas.topics import TOPICS

    try:
        found = find(load(RegistrySettings), load(KafkaSettings), TOPICS)
    except RegistryUnavailable as error:
        raise UserError(f"The schema registry does not answer ({error}); look at `balcao status`.") from error
    for one in found:
        sys.stdout.write(f"{'stops: ' if one.breaking else 'note: '}{one.sentence}\n")
    if not found:
        sys.stdout.write("every captured table is what the register says\n")
    if any(one.breaking for one in found):
        raise typer.Exit(1)


def skip(
    station: Annotated[str, typer.Argument(help="Whose consumer group: bigquery, streams, ...; stop it first.")],
    topic: Annotated[str, typer.Argument(help="The topic's full name.")],
    partition: Annotated[int, typer.Option(help="The partition.")] = 0,
    to: Annotated[int | None, typer.Option(help="The next offset to read; the topic's end when left out.")] = None,
) -> None:
    """Move a stopped station past records that it cannot take; they stay in the topic."""
    from runtime import access_names
    from runtime.settings import KafkaSettings, load
    from runtime.skip import skip as move

    wanted = access_names.known_topic(topic)
    group = access_names.station(station, wanted).group
    before, after = move(load(KafkaSettings), group, wanted, partition, to=to)
    sys.stdout.write(f"{topic}[{partition}]: {group} goes on at {after} instead of {before}\n")
