"""What an operator can do with the collections of the index: look, build a new one, use it, remove an old one."""

import asyncio
from collections.abc import Callable, Sequence

from confluent_kafka import Consumer
from qdrant_client import AsyncQdrantClient

from runtime.codec import Decoder
from runtime.errors import UserError
from runtime.kafka import librdkafka
from runtime.product_points import collection_name, made_by
from runtime.settings import KafkaSettings
from runtime.text.embedder import Embedder, OfflineEmbedder
from schemas.access import BY_COMMAND
from schemas.topic import Topic
from schemas.topics import SEARCH_DOCUMENTS
from sinks.qdrant.collection import Collection, collections
from sinks.qdrant.rebuild import Rebuild, ends_of, follower, positions_of


def embedders() -> Sequence[Embedder]:
    """Every embedder that this program has; the first is the one a rebuild takes."""
    return (OfflineEmbedder(),)


class Operations:
    """On the collections behind one alias. Raises ``UserError``, ``RegistryUnavailable`` and what the index answers."""

    def __init__(
        self,
        kafka: KafkaSettings,
        decoder: Decoder,
        client: AsyncQdrantClient,
        alias: str,
        known: Sequence[Embedder],
        *,
        topic: Topic = SEARCH_DOCUMENTS,
        group: str = BY_COMMAND["qdrant"].group,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._kafka = kafka
        self._decoder = decoder
        self._client = client
        self._alias = alias
        self._known = {(each.name, each.version): each for each in known}
        self._wanted = known[0]
        self._topic = topic
        self._group = group
        self._say = say
        self._said = -1

    async def status(self) -> Sequence[str]:
        """A line for each collection."""
        lines = []
        for each in await collections(self._client, self._alias):
            state = "in use" if each.live else f"{await asyncio.to_thread(self._behind, each.name)} documents behind"
            lines.append(f"{each.name}  {each.embedder}  {each.points} points  {state}")
        return lines or [f"there is no index behind {self._alias} yet: `balcao run qdrant` makes it"]

    async def rebuild(self, *, again: bool = False, switch: bool = False) -> str:
        """Fills the wanted embedder's collection; the next generation of it when ``again``. What to do next."""
        found = await collections(self._client, self._alias)
        name = self._next(found, again=again)
        rebuild = self._of(name, self._wanted)
        if switch:
            await rebuild.switch()
            return f"{name} is in use; `balcao index discard` removes the old one when it is not needed any more"
        await rebuild.fill()
        return f"{name} is full; `balcao index switch` uses it"

    async def switch(self, collection: str | None) -> str:
        """Uses the collection; the one beside the one in use when none is named."""
        found = await collections(self._client, self._alias)
        others = [each.name for each in found if not each.live]
        if collection is None:
            if not others:
                raise UserError("There is no collection to switch to: build one with `balcao index rebuild`.")
            if len(others) > 1:
                raise UserError(f"Say which collection to use: {', '.join(others)}.")
            collection = others[0]
        self._require(found, collection)
        key = await made_by(self._client, collection)
        if key not in self._known:
            raise UserError(f"{collection} has the vectors of {key[0]} {key[1]}, which this program does not have.")
        await self._of(collection, self._known[key]).switch()
        return f"{collection} is in use"

    async def discard(self, collection: str) -> str:
        """Removes a collection that is not in use."""
        found = await collections(self._client, self._alias)
        self._require(found, collection)
        if any(each.live and each.name == collection for each in found):
            raise UserError(f"{collection} is in use: switch to another one first.")
        await self._client.delete_collection(collection)
        return f"{collection} is gone"

    def _next(self, found: Sequence[Collection], *, again: bool) -> str:
        names = {each.name: each for each in found}
        generation = 1
        while (name := collection_name(self._alias, self._wanted, generation)) in names:
            if not names[name].live:
                # begun by a run that ended, or full
                return name
            if not again:
                raise UserError(f"{name}, in use, has this program's vectors: --again makes them anew beside it.")
            generation += 1
        return name

    def _require(self, found: Sequence[Collection], collection: str) -> None:
        if collection not in {each.name for each in found}:
            raise UserError(f"There is no collection {collection!r} of {self._alias}; `balcao index status` shows all.")

    def _of(self, collection: str, embedder: Embedder) -> Rebuild:
        return Rebuild(
            self._kafka,
            self._decoder,
            self._client,
            alias=self._alias,
            collection=collection,
            embedder=embedder,
            topic=self._topic,
            group=self._group,
            progress=self._tell,
        )

    def _tell(self, copied: int, left: int) -> None:
        if copied // 5000 != self._said // 5000:
            self._said = copied
            self._say(f"{copied} documents copied, {left} left")

    def _behind(self, collection: str) -> int:
        consumer = Consumer({**librdkafka(self._kafka), "group.id": follower(collection), "log_level": 0})
        try:
            ends = ends_of(consumer, self._topic)
            positions = positions_of(consumer, self._topic, ends)
        finally:
            consumer.close()
        return sum(max(0, end - positions[number]) for number, end in ends.items())
