"""The wire to the Storage Write API, against a gRPC server that answers as BigQuery is documented to, good and bad."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import grpc.aio
import pytest
from google.cloud.bigquery_storage_v1 import types
from google.protobuf.descriptor_pb2 import DescriptorProto

from runtime.settings import BigQuerySettings
from sinks.bigquery.errors import (
    AlreadyWrittenError,
    AppendError,
    ConnectionBrokenError,
    RowsRefusedError,
    StreamLostError,
)
from sinks.bigquery.requests import Append, EncodedRow
from sinks.bigquery.storage import GrpcStorage

pytestmark = pytest.mark.broker
Answer = Callable[[Any, Any], Any]
STREAM = "projects/p/datasets/d/tables/t/streams/s"
ROWS = DescriptorProto(name="Row")


class Server:
    """BigQueryWrite on loopback; ``answer`` decides what each append gets."""

    def __init__(self) -> None:
        self.answer: Answer = confirmed
        self.requests: list[Any] = []
        self.metadata: list[Any] = []
        self.finalize_code: grpc.StatusCode | None = None
        self._server = grpc.aio.server(options=[("grpc.max_receive_message_length", -1)])

    async def start(self) -> str:
        append = types.AppendRowsRequest.pb()
        self._server.add_generic_rpc_handlers(
            [
                grpc.method_handlers_generic_handler(
                    "google.cloud.bigquery.storage.v1.BigQueryWrite",
                    {
                        "AppendRows": grpc.stream_stream_rpc_method_handler(
                            self._append,
                            request_deserializer=append.FromString,
                            response_serializer=lambda response: response.SerializeToString(),
                        ),
                        "FinalizeWriteStream": grpc.unary_unary_rpc_method_handler(self._finalize),
                    },
                )
            ]
        )
        port = self._server.add_insecure_port("127.0.0.1:0")
        await self._server.start()
        return f"127.0.0.1:{port}"

    async def stop(self) -> None:
        await self._server.stop(None)

    async def _append(self, requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
        self.metadata.append(dict(context.invocation_metadata()))
        async for request in requests:
            self.requests.append(request)
            answer = self.answer(request, context)
            yield await answer if asyncio.iscoroutine(answer) else answer

    async def _finalize(self, _request: bytes, context: Any) -> bytes:
        if self.finalize_code:
            await context.abort(self.finalize_code, "no")
        return b""


def confirmed(request: Any, _context: Any) -> Any:
    response = types.AppendRowsResponse.pb()()
    response.append_result.offset.value = request.offset.value
    return response


def failing(code: grpc.StatusCode) -> Answer:
    def answer(_request: Any, _context: Any) -> Any:
        response = types.AppendRowsResponse.pb()()
        response.error.code = code.value[0]
        response.error.message = "no"
        return response

    return answer


def aborting(code: grpc.StatusCode) -> Answer:
    async def answer(_request: Any, context: Any) -> Any:
        await context.abort(code, "no")

    return answer


def refusing(_request: Any, _context: Any) -> Any:
    response = types.AppendRowsResponse.pb()()
    response.error.code = grpc.StatusCode.INVALID_ARGUMENT.value[0]
    response.row_errors.add(index=2, message="bad value")
    return response


async def silent(_request: Any, _context: Any) -> Any:
    await asyncio.sleep(60)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    yield server
    await server.stop()


@pytest.fixture
async def storage(server: Server) -> AsyncIterator[GrpcStorage]:
    settings = BigQuerySettings(project="p", dataset="d", grpc_endpoint=await server.start())
    storage = GrpcStorage(settings, timeout=1.0)
    yield storage
    await storage.close()


def append(position: int, *offsets: int) -> Append:
    return Append(position, tuple(EncodedRow(offset, b"row") for offset in offsets))


async def test_the_row_type_goes_once_and_the_stream_and_position_always(server: Server, storage: GrpcStorage) -> None:
    connection = storage.connect(STREAM, ROWS)
    for position in (0, 2):
        await connection.send(append(position, 1, 2))
        await connection.confirmed()
    connection.close()
    first, second = server.requests
    assert [one.write_stream for one in (first, second)] == [STREAM, STREAM]
    assert [one.offset.value for one in (first, second)] == [0, 2]
    assert first.proto_rows.writer_schema.proto_descriptor.name == "Row"
    assert not second.proto_rows.HasField("writer_schema")
    assert server.metadata[0]["x-goog-request-params"] == f"write_stream={STREAM}"


async def test_the_default_stream_takes_no_position(server: Server, storage: GrpcStorage) -> None:
    connection = storage.connect(storage.default_stream("t"), ROWS)
    await connection.send(append(-1, 1))
    await connection.confirmed()
    connection.close()
    assert not server.requests[0].HasField("offset")
    assert server.requests[0].write_stream == "projects/p/datasets/d/tables/t/streams/_default"


@pytest.mark.parametrize("how", [failing, aborting])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.ALREADY_EXISTS, AlreadyWrittenError),
        (grpc.StatusCode.OUT_OF_RANGE, StreamLostError),
        (grpc.StatusCode.NOT_FOUND, StreamLostError),
        (grpc.StatusCode.FAILED_PRECONDITION, StreamLostError),
        (grpc.StatusCode.UNKNOWN, StreamLostError),
        (grpc.StatusCode.UNAVAILABLE, ConnectionBrokenError),
        (grpc.StatusCode.ABORTED, ConnectionBrokenError),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, ConnectionBrokenError),
    ],
)
async def test_an_error_means_the_same_within_a_response_and_as_the_calls_status(
    server: Server,
    storage: GrpcStorage,
    how: Callable[[grpc.StatusCode], Answer],
    code: grpc.StatusCode,
    kind: type[AppendError],
) -> None:
    server.answer = how(code)
    connection = storage.connect(STREAM, ROWS)
    with pytest.raises(kind) as error:
        await connection.send(append(0, 1))
        await connection.confirmed()
    assert error.value.code is code
    connection.close()


async def test_refused_rows_are_named(server: Server, storage: GrpcStorage) -> None:
    server.answer = refusing
    connection = storage.connect(STREAM, ROWS)
    await connection.send(append(0, 1, 2, 3))
    with pytest.raises(RowsRefusedError) as refused:
        await connection.confirmed()
    assert refused.value.reasons == {2: "bad value"}
    connection.close()


async def test_a_server_that_says_nothing_is_a_broken_connection(server: Server, storage: GrpcStorage) -> None:
    server.answer = silent
    connection = storage.connect(STREAM, ROWS)
    await connection.send(append(0, 1))
    with pytest.raises(ConnectionBrokenError) as broken:
        await connection.confirmed()
    assert broken.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    connection.close()


async def test_a_server_that_is_away_is_a_broken_connection(server: Server, storage: GrpcStorage) -> None:
    await server.stop()
    connection = storage.connect(STREAM, ROWS)
    with pytest.raises(ConnectionBrokenError):
        await connection.send(append(0, 1))
        await connection.confirmed()
    connection.close()


@pytest.mark.parametrize("code", [grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION])
async def test_a_stream_that_is_gone_counts_as_finalized(
    server: Server, storage: GrpcStorage, code: grpc.StatusCode
) -> None:
    server.finalize_code = code
    await storage.finalize(STREAM)


async def test_a_stream_that_may_live_is_not_taken_for_finalized(server: Server, storage: GrpcStorage) -> None:
    server.finalize_code = grpc.StatusCode.UNAVAILABLE
    with pytest.raises(Exception, match="no"):
        await storage.finalize(STREAM)
