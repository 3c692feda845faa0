"""``python rebuild_worker.py TOPIC ALIAS GROUP``: a rebuild that takes its time, to be killed."""

import asyncio
import sys
import time
from collections.abc import Sequence

from runtime.codec import Decoder
from runtime.qdrant import connect
from runtime.registry import Registry
from runtime.settings import KafkaSettings, QdrantSettings, RegistrySettings, load
from runtime.text.embedder import Dense, OfflineEmbedder
from schemas.records.catalog import SearchDocument
from schemas.topic import Cleanup, Topic
from sinks.qdrant.operate import Operations


class Shorter(OfflineEmbedder):
    """Other vectors than the first version's: of other numbers, and fewer of them."""

    version = 2
    dimensions = 256


class Slow(Shorter):
    """Takes as long as a model would."""

    def embed(self, texts: Sequence[str]) -> Dense:
        time.sleep(0.3)
        return super().embed(texts)


def documents(name: str) -> Topic:
    """A topic of search documents of the test's own."""
    return Topic(
        name=name,
        value=SearchDocument,
        description="For tests.",
        owner="tests",
        producers=("tests",),
        partitions=2,
        cleanup=Cleanup.COMPACT,
        retention=None,
    )


async def main(topic: str, alias: str, group: str) -> None:
    """Rebuilds."""
    decoder = Decoder(Registry(load(RegistrySettings)))
    client = connect(load(QdrantSettings))
    operations = Operations(
        load(KafkaSettings), decoder, client, alias, [Slow(), OfflineEmbedder()], topic=documents(topic), group=group
    )
    await operations.rebuild()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
