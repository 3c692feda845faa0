"""Records that come again after later ones of their partition: each into the history once, at the place it had.

A partition's own stream takes rows in the order of their offsets, and takes what the table's last one is not before as
written. A late record is before it. So late records of a partition have a stream of their own, claimed in the same way;
after each claim the table is asked which of their offsets it has, and nobody else can add one from then on.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol

import grpc
from google.protobuf.descriptor_pb2 import DescriptorProto

from runtime.records import Batch
from schemas import bigquery as tables
from sinks.bigquery.claims import Claim, Claims, Place
from sinks.bigquery.errors import RowsRefusedError, StreamLostError
from sinks.bigquery.requests import EncodedRow
from sinks.bigquery.storage import Storage
from sinks.bigquery.writer import PartitionWriter, Sleep


class Writes(Protocol):
    """What the sink needs of a writer of one partition's rows."""

    def reshape(self, descriptor: DescriptorProto) -> None:
        """Rows are of that type from now on."""
        ...

    async def write(self, rows: Sequence[EncodedRow]) -> None:
        """Returns when every row is in the table, once. Raises ``RowsRefusedError`` with indices into ``rows``."""
        ...


class LateWriter:
    """Writes late rows of one partition, in one go; whatever fails begins anew with the next ``write``."""

    def __init__(self, claims: Claims, storage: Storage, batch: Batch, *, sleep: Sleep) -> None:
        topic, number, history = batch.topic, batch.partition, tables.history_name(batch.topic)
        self._place = Place(f"{topic.name}.late", number, history)
        self._claims = claims
        self._storage = storage
        self._sleep = sleep
        self._descriptor: DescriptorProto | None = None

    def reshape(self, descriptor: DescriptorProto) -> None:
        self._descriptor = descriptor

    async def write(self, rows: Sequence[EncodedRow]) -> None:
        if not rows:
            return
        assert self._descriptor is not None, "reshape comes first"
        claim = await self._claims.claim(self._place)
        held = await self._claims.held(self._place, [row.offset for row in rows])
        missing = [index for index, row in enumerate(rows) if row.offset not in held]
        writer = PartitionWriter(_once(claim), self._storage, self._descriptor, sleep=self._sleep)
        try:
            await writer.write([rows[index] for index in missing])
        except RowsRefusedError as refused:
            raise RowsRefusedError({missing[index]: text for index, text in refused.reasons.items()}) from None
        finally:
            writer.drop()
            await self._storage.finalize(claim.stream)


def _once(claim: Claim) -> Callable[[], Awaitable[Claim]]:
    """Gives the claim the first time; a second one needs another look at the table."""
    left = [replace(claim, last_offset=-1)]

    async def take() -> Claim:
        if not left:
            raise StreamLostError(grpc.StatusCode.ABORTED, "the stream of late rows was lost; begun anew")
        return left.pop()

    return take
