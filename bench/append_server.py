"""A server on loopback that takes AppendRows as BigQuery does and counts the rows; it keeps nothing else.

Prints its port, then, when its standard input ends, how many rows it was sent and the sum of their lengths.
"""

import json
import sys
from collections.abc import Iterator
from concurrent import futures
from typing import Any

import grpc
from google.cloud.bigquery_storage_v1 import types

_SERVICE = "google.cloud.bigquery.storage.v1.BigQueryWrite"
_Request, _Response = types.AppendRowsRequest.pb(), types.AppendRowsResponse.pb()
_Stream, _Finalized = types.WriteStream.pb(), types.FinalizeWriteStreamResponse.pb()


class Counter:
    """The service. A stream's rows must come at the position that follows, as BigQuery demands of committed streams."""

    def __init__(self) -> None:
        self.rows = 0
        self.bytes = 0
        self._streams = 0
        self._next: dict[str, int] = {}

    def create(self, request: Any, _context: Any) -> Any:
        self._streams += 1
        return _Stream(name=f"{request.parent}/streams/s{self._streams}")

    def finalize(self, _request: bytes, _context: Any) -> Any:
        return _Finalized()

    def append(self, requests: Iterator[Any], context: Any) -> Iterator[Any]:
        for request in requests:
            rows, position = request.proto_rows.rows.serialized_rows, request.offset.value
            if position != self._next.get(request.write_stream, 0):
                context.abort(grpc.StatusCode.OUT_OF_RANGE, f"row {position} is not the next")
            self._next[request.write_stream] = position + len(rows)
            self.rows += len(rows)
            self.bytes += sum(map(len, rows))
            response = _Response()
            response.append_result.offset.value = position
            yield response


def main() -> None:
    """Serves until standard input ends."""
    counter = Counter()
    server = grpc.server(futures.ThreadPoolExecutor(8), options=[("grpc.max_receive_message_length", -1)])
    handlers = {
        "CreateWriteStream": grpc.unary_unary_rpc_method_handler(
            counter.create, types.CreateWriteStreamRequest.pb().FromString, _Stream.SerializeToString
        ),
        "FinalizeWriteStream": grpc.unary_unary_rpc_method_handler(
            counter.finalize, None, _Finalized.SerializeToString
        ),
        "AppendRows": grpc.stream_stream_rpc_method_handler(
            counter.append, _Request.FromString, _Response.SerializeToString
        ),
    }
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(_SERVICE, handlers)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    sys.stdin.read()
    server.stop(None)
    print(json.dumps({"rows": counter.rows, "bytes": counter.bytes}))


if __name__ == "__main__":
    main()
