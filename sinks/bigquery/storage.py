"""The Storage Write API over asyncio gRPC: streams, and connections that append to them.

Source: https://cloud.google.com/bigquery/docs/write-api
"""

import asyncio
from collections.abc import Iterable
from typing import Any, Protocol

import grpc
import grpc.aio
from google.api_core.exceptions import FailedPrecondition, NotFound
from google.cloud.bigquery_storage_v1 import types
from google.cloud.bigquery_storage_v1.services.big_query_write import BigQueryWriteAsyncClient
from google.cloud.bigquery_storage_v1.services.big_query_write.transports import BigQueryWriteGrpcAsyncIOTransport
from google.protobuf.descriptor_pb2 import DescriptorProto
from google.rpc import status_pb2  # type: ignore[import-untyped]

from runtime.settings import BigQuerySettings
from sinks.bigquery.errors import ConnectionBrokenError, RowsRefusedError, error_of
from sinks.bigquery.requests import Append

_APPEND = "/google.cloud.bigquery.storage.v1.BigQueryWrite/AppendRows"
_OPTIONS = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
)
_TIMEOUT = 15.0
_CODES = {code.value[0]: code for code in grpc.StatusCode}


class Connection(Protocol):
    """One open connection to one stream."""

    async def send(self, append: Append) -> None:
        """Hands one request over; blocks while the transport's window is full."""
        ...

    async def confirmed(self) -> None:
        """Returns when the oldest unconfirmed request is durable; raises an ``AppendError`` when it is not."""
        ...

    def close(self) -> None:
        """Gives the connection up; what was sent may still be written."""
        ...


class Storage(Protocol):
    """What the sink needs of the Storage Write API."""

    async def create(self, table: str) -> str:
        """A new committed stream on the table: rows can be queried as soon as they are confirmed."""
        ...

    async def finalize(self, stream: str) -> None:
        """Makes sure that the stream never takes another row; returns also when it is gone already."""
        ...

    def connect(self, stream: str, descriptor: DescriptorProto) -> Connection:
        """A connection for rows of that type. Does not block; errors come from its use."""
        ...


class GrpcStorage:
    """``Storage`` on BigQuery, or on an emulator when ``grpc_endpoint`` is set. Build it inside the event loop."""

    def __init__(self, settings: BigQuerySettings, *, timeout: float = _TIMEOUT) -> None:
        if settings.grpc_endpoint:
            self._channel = grpc.aio.insecure_channel(settings.grpc_endpoint, options=_OPTIONS)
        else:
            self._channel = BigQueryWriteGrpcAsyncIOTransport.create_channel(options=_OPTIONS)
        self._client = BigQueryWriteAsyncClient(transport=BigQueryWriteGrpcAsyncIOTransport(channel=self._channel))
        self._call = self._channel.stream_stream(
            _APPEND,
            request_serializer=types.AppendRowsRequest.pb().SerializeToString,
            response_deserializer=types.AppendRowsResponse.pb().FromString,
        )
        self._parent = f"projects/{settings.project}/datasets/{settings.dataset}/tables"
        self._timeout = timeout

    async def create(self, table: str) -> str:
        stream = types.WriteStream(type_=types.WriteStream.Type.COMMITTED)
        created = await self._client.create_write_stream(
            parent=f"{self._parent}/{table}", write_stream=stream, retry=None, timeout=self._timeout
        )
        return str(created.name)

    async def finalize(self, stream: str) -> None:
        try:
            await self._client.finalize_write_stream(name=stream, retry=None, timeout=self._timeout)
        except (NotFound, FailedPrecondition):
            return

    def connect(self, stream: str, descriptor: DescriptorProto) -> "GrpcConnection":
        route = (("x-goog-request-params", f"write_stream={stream}"),)
        return GrpcConnection(self._call(metadata=route), stream, descriptor, self._timeout)

    def default_stream(self, table: str) -> str:
        """The table's default stream: at least once, no positions."""
        return f"{self._parent}/{table}/streams/_default"

    async def close(self) -> None:
        """Closes every connection."""
        await self._channel.close()


class GrpcConnection:
    """One AppendRows call. The row type goes with the first request only, the stream's name with each."""

    def __init__(self, call: Any, stream: str, descriptor: DescriptorProto, timeout: float) -> None:
        self._call = call
        self._stream = stream
        self._descriptor: DescriptorProto | None = descriptor
        self._timeout = timeout

    async def send(self, append: Append) -> None:
        await self._answered(self._call.write(self._request(append)))

    async def confirmed(self) -> None:
        response = await self._answered(self._call.read())
        if response is grpc.aio.EOF:
            raise ConnectionBrokenError(grpc.StatusCode.UNAVAILABLE, "the server ended the connection")
        if response.row_errors:
            raise RowsRefusedError({error.index: error.message for error in response.row_errors})
        if response.error.code:
            error = response.error
            raise error_of(_CODES.get(error.code, grpc.StatusCode.UNKNOWN), error.message, error.details)

    def close(self) -> None:
        self._call.cancel()

    async def _answered(self, work: Any) -> Any:
        try:
            async with asyncio.timeout(self._timeout):
                return await work
        except TimeoutError:
            raise ConnectionBrokenError(grpc.StatusCode.DEADLINE_EXCEEDED, f"no answer in {self._timeout} s") from None
        except grpc.aio.AioRpcError as error:
            raise error_of(error.code(), error.details() or "", _details(error)) from None
        except asyncio.InvalidStateError:
            code = await self._call.code()
            raise error_of(code, await self._call.details() or "the call is over") from None

    def _request(self, append: Append) -> Any:
        request = types.AppendRowsRequest.pb()(write_stream=self._stream)
        if append.position >= 0:
            request.offset.value = append.position
        request.proto_rows.rows.serialized_rows.extend([row.data for row in append.rows])
        if self._descriptor is not None:
            request.proto_rows.writer_schema.proto_descriptor.CopyFrom(self._descriptor)
            self._descriptor = None
        return request


def _details(error: grpc.aio.AioRpcError) -> Iterable[Any]:
    """What the server says beside the status: https://cloud.google.com/apis/design/errors#error_details"""
    for name, value in error.trailing_metadata() or ():
        if name == "grpc-status-details-bin":
            return tuple(status_pb2.Status.FromString(value).details)
    return ()
