"""The floor: a bare loop from the topic to AppendRows with confluent-kafka, fastavro, upb protobuf and gRPC.

It writes the same rows, a stream with positions too, several requests under way; it recovers from nothing, knows no bad
record, commits nothing, and looks at no value. Prints one JSON line.
"""

import gc
import json
import queue
import sys
import time
from io import BytesIO

import confluent_kafka
import fastavro
import grpc
from confluent_kafka.schema_registry import SchemaRegistryClient
from google.cloud.bigquery_storage_v1 import types
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

KINDS = descriptor_pb2.FieldDescriptorProto
INT, TEXT, DOUBLE, BOOL = KINDS.TYPE_INT64, KINDS.TYPE_STRING, KINDS.TYPE_DOUBLE, KINDS.TYPE_BOOL
COLUMNS = {
    "_topic": TEXT,
    "_kafka_partition": INT,
    "_offset": INT,
    "_lsn": INT,
    "_op": TEXT,
    "_commit_ts": INT,
    "id": INT,
    "order_number": TEXT,
    "supplier": TEXT,
    "price": DOUBLE,
    "note": TEXT,
    "quantity": INT,
    "urgent": BOOL,
    "status": TEXT,
    "parent": INT,
    "changed_at": TEXT,
    "city": TEXT,
    "weight": DOUBLE,
}
WINDOW = 4


def row_type():
    proto = descriptor_pb2.DescriptorProto(name="Row")
    for number, (name, kind) in enumerate(COLUMNS.items(), 1):
        proto.field.add(name=name, number=number, label=KINDS.LABEL_OPTIONAL, type=kind)
    file = descriptor_pb2.FileDescriptorProto(name="bare.proto", syntax="proto2")
    file.message_type.add().CopyFrom(proto)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return proto, message_factory.GetMessageClass(pool.FindMessageTypeByName("Row"))


class Appends:
    """The open call, whose requests come from a queue."""

    def __init__(self, server):
        options = [("grpc.max_send_message_length", -1)]
        channel = grpc.insecure_channel(server, options=options)
        self._request = types.AppendRowsRequest.pb()
        create = channel.unary_unary(
            "/google.cloud.bigquery.storage.v1.BigQueryWrite/CreateWriteStream",
            types.CreateWriteStreamRequest.pb().SerializeToString,
            types.WriteStream.pb().FromString,
        )
        parent = "projects/bench/datasets/bench/tables/bench"
        self._stream = create(types.CreateWriteStreamRequest.pb()(parent=parent)).name
        self._waiting = queue.SimpleQueue()
        append = channel.stream_stream(
            "/google.cloud.bigquery.storage.v1.BigQueryWrite/AppendRows",
            self._request.SerializeToString,
            types.AppendRowsResponse.pb().FromString,
        )
        self._answers = append(iter(self._waiting.get, None))
        self._position = self._under_way = 0

    def send(self, rows, descriptor):
        request = self._request(write_stream=self._stream)
        request.offset.value = self._position
        request.proto_rows.rows.serialized_rows.extend(rows)
        if not self._position:
            request.proto_rows.writer_schema.proto_descriptor.CopyFrom(descriptor)
        self._position += len(rows)
        self._waiting.put(request)
        self._under_way += 1
        if self._under_way == WINDOW:
            self.confirm()

    def confirm(self):
        answer = next(self._answers)
        if answer.error.code:
            raise RuntimeError(answer.error.message)
        self._under_way -= 1

    def finish(self):
        while self._under_way:
            self.confirm()
        self._waiting.put(None)


def main() -> None:
    job = json.loads(sys.argv[1])
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)  # as ours
    registry = SchemaRegistryClient({"url": job["registry"]})
    descriptor, row = row_type()
    appends = Appends(job["server"])
    schemas, started = {}, []
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": job["bootstrap"],
            "group.id": job["group"],
            "auto.offset.reset": "earliest",
            "queued.min.messages": 100_000,
            "fetch.message.max.bytes": 4_194_304,
        }
    )
    consumer.subscribe([job["topic"]], on_assign=lambda *_: started.extend((time.perf_counter(), time.process_time())))
    seen = 0
    while seen < job["records"]:
        rows = []
        for message in consumer.consume(2_000, 0.1):
            raw = message.value()
            schema = schemas.get(raw[:5])
            if schema is None:
                found = registry.get_schema(int.from_bytes(raw[1:5], "big")).schema_str
                schema = schemas[raw[:5]] = fastavro.parse_schema(json.loads(found))
            body = BytesIO(raw)
            body.seek(5)
            value = fastavro.schemaless_reader(body, schema, None)
            rows.append(
                row(
                    _topic=job["topic"],
                    _kafka_partition=message.partition(),
                    _offset=message.offset(),
                    _commit_ts=message.timestamp()[1] * 1000,
                    **value,
                ).SerializeToString()
            )
        if rows:
            appends.send(rows, descriptor)
            seen += len(rows)
    appends.finish()
    seconds, processor = time.perf_counter() - started[0], time.process_time() - started[1]
    consumer.close()
    print(json.dumps({"records": seen, "seconds": seconds, "processor": processor}))


main()
