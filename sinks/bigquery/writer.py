"""One partition's rows into its stream, each once, whatever fails on the way."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import structlog
from google.protobuf.descriptor_pb2 import DescriptorProto

from sinks.bigquery.claims import Claim
from sinks.bigquery.errors import (
    AlreadyWrittenError,
    ConnectionBrokenError,
    RowsMissingError,
    RowsRefusedError,
    StreamLostError,
)
from sinks.bigquery.requests import Append, EncodedRow, split
from sinks.bigquery.storage import Connection, Storage

log = structlog.get_logger(__name__)
_WINDOW = 4
_CLAIMS = 3
_RESENDS = 3
Sleep = Callable[[float], Awaitable[None]]


class PartitionWriter:
    """Writes one partition's rows in order. One ``write`` at a time.

    Whatever leaves a doubt about the stream drops it: any failure but a broken connection, a connection that stays
    broken, a cancellation. The next attempt claims the partition anew, which ends what may still be under way, and
    asks the table what it holds.
    """

    def __init__(
        self,
        claim: Callable[[], Awaitable[Claim]],
        storage: Storage,
        descriptor: DescriptorProto,
        *,
        sleep: Sleep = asyncio.sleep,
        confirmed: int = -1,
        held: Callable[[Sequence[int]], Awaitable[set[int]]] | None = None,
    ) -> None:
        """``held`` tells which of some Kafka offsets are in the table; ``None`` takes all up to its last for there.

        ``confirmed`` is the last Kafka offset known to be in the table, -1 when nothing is known."""
        self._take = claim
        self._storage = storage
        self._descriptor = descriptor
        self._sleep = sleep
        self._claiming = asyncio.Lock()
        self._claim: Claim | None = None
        self._connection: Connection | None = None
        self.position = 0
        self.last_offset = -1
        self._confirmed = confirmed
        self._held = held

    @property
    def stream(self) -> str | None:
        """The stream in use."""
        return self._claim.stream if self._claim else None

    async def ready(self) -> None:
        """Claims the partition if it is not ours yet; ``last_offset`` is the table's then.

        Raises what the claim does, and ``RowsMissingError`` when the table holds less than was confirmed.
        """
        async with self._claiming:
            if self._claim is None:
                claim = await self._take()
                if claim.last_offset < self._confirmed:
                    raise RowsMissingError(self._confirmed, claim.last_offset)
                self._claim, self.position, self.last_offset = claim, 0, claim.last_offset

    async def write(self, rows: Sequence[EncodedRow]) -> None:
        """Returns when every row is in the table, once; rows the table has already are left out.

        Rows come in offset order and each fits a request. Raises ``RowsRefusedError`` with indices into ``rows`` when
        BigQuery refuses some for what they hold (rows before them may be written), and an ``AppendError`` or a
        claim's error when it cannot be done now.
        """
        for claims_left in reversed(range(_CLAIMS)):
            await self.ready()
            try:
                lacking = await self._lacking(rows)
                pending = rows if len(lacking) == len(rows) else [rows[index] for index in lacking]
                await self._append(deque(split(pending, self.position)))
            except RowsRefusedError as refused:
                self.drop()
                raise RowsRefusedError({lacking[row]: text for row, text in refused.reasons.items()}) from None
            except (StreamLostError, AlreadyWrittenError) as error:
                self.drop()
                log.warning("stream lost, claiming the partition again", error=str(error), claims_left=claims_left)
                if not claims_left:
                    raise
            except BaseException:
                self.drop()
                raise
            else:
                return

    async def _lacking(self, rows: Sequence[EncodedRow]) -> Sequence[int]:
        """The indices of the rows to write: those after the table's last, and those before it that it does not have.

        A row that BigQuery refused is not there, although later ones are. If the process ended before that row's dead
        letter was confirmed, the row comes again, and must be refused again: nobody else knows of it.
        """
        if rows and rows[0].offset > self.last_offset:
            return range(len(rows))
        before = [row.offset for row in rows if row.offset <= self.last_offset]
        held = await self._held(before) if before and self._held is not None else set(before)
        return [index for index, row in enumerate(rows) if row.offset not in held]

    def reshape(self, descriptor: DescriptorProto) -> None:
        """Rows are of that type from now on; the stream stays, a connection of another type is closed."""
        if descriptor is not self._descriptor:
            self._descriptor = descriptor
            self._disconnect()

    def drop(self) -> None:
        """Forgets the stream and closes the connection."""
        self._disconnect()
        self._claim = None

    async def _append(self, waiting: deque[Append]) -> None:
        index = 0
        tried: set[int] = set()
        broken = 0
        while waiting:
            try:
                index = await self._exchange(waiting, index, tried)
            except ConnectionBrokenError as error:
                self._disconnect()
                broken += 1
                if broken > _RESENDS:
                    raise
                log.warning("connection broken, sending again", error=str(error), attempt=broken)
                await self._sleep(0.05 * 2**broken)

    async def _exchange(self, waiting: deque[Append], index: int, tried: set[int]) -> int:
        """Confirms from the left, a few requests under way at once.

        Rows that are there already are a success for a request that was sent before, at the same position and with
        the same rows (``tried``); in the place of one that never was, they mean that the count of rows is not ours.
        """
        connection = self._connect()
        sent: deque[int] = deque()
        try:
            while waiting:
                while len(sent) < min(_WINDOW, len(waiting)):
                    append = waiting[len(sent)]
                    sent.append(append.position)
                    await connection.send(append)
                await self._confirm(connection, waiting[0], index, known=waiting[0].position in tried)
                index += len(waiting[0].rows)
                waiting.popleft()
                sent.popleft()
        finally:
            tried.update(sent)
        return index

    async def _confirm(self, connection: Connection, append: Append, index: int, *, known: bool) -> None:
        try:
            await connection.confirmed()
        except RowsRefusedError as refused:
            raise RowsRefusedError({index + row: text for row, text in refused.reasons.items()}) from None
        except AlreadyWrittenError:
            if not known:
                raise
        self.position = append.position + len(append.rows)
        self.last_offset = self._confirmed = max(append.last_offset, self.last_offset)

    def _connect(self) -> Connection:
        assert self._claim is not None
        if self._connection is None:
            self._connection = self._storage.connect(self._claim.stream, self._descriptor)
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
