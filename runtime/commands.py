"""Commands of the runtime; ``deploy/cli.py`` composes them."""

import sys

from runtime.settings import KafkaSettings, RegistrySettings, load


def topics_apply() -> None:
    """Create the register's topics, their dead-letter topics and the stations' retry topics; say what differs.

    Also makes the schema registry take whatever Debezium captures; consumers decide what they can read.
    """
    from runtime.registry import Registry
    from runtime.topics import apply
    from schemas import access
    from schemas.topics import TOPICS

    registry = Registry(load(RegistrySettings))
    registry.accept_captured()
    registry.close()
    applied = apply(load(KafkaSettings), TOPICS, groups=access.groups())
    for name in applied.created:
        sys.stdout.write(f"created {name}\n")
    for sentence in applied.differences:
        sys.stdout.write(f"differs: {sentence}\n")
    sys.stdout.write(
        f"{len(applied.created)} created, {len(applied.present)} were there, {len(applied.differences)} differences\n"
    )
