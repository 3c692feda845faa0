"""The floor: a bare confluent-kafka loop that decodes with fastavro. Prints one JSON line."""

import gc
import json
import sys
import time
from io import BytesIO

import confluent_kafka
import fastavro
from confluent_kafka.schema_registry import SchemaRegistryClient


def main() -> None:
    job = json.loads(sys.argv[1])
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)  # as ours
    registry = SchemaRegistryClient({"url": job["registry"]})
    schemas = {}
    started = []
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": job["bootstrap"],
            "group.id": job["group"],
            "auto.offset.reset": "earliest",
            "queued.min.messages": 100_000,
            "fetch.message.max.bytes": 4_194_304,
        }
    )
    consumer.subscribe([job["topic"]], on_assign=lambda *_: started.append(time.perf_counter()))
    seen, checksum = 0, 0
    while seen < job["records"]:
        for message in consumer.consume(10_000, 0.1):
            raw = message.value()
            schema = schemas.get(raw[:5])
            if schema is None:
                found = registry.get_schema(int.from_bytes(raw[1:5], "big")).schema_str
                schema = schemas[raw[:5]] = fastavro.parse_schema(json.loads(found))
            body = BytesIO(raw)
            body.seek(5)
            checksum += fastavro.schemaless_reader(body, schema, None)["id"]
            seen += 1
    seconds = time.perf_counter() - started[0]
    consumer.close()
    print(json.dumps({"records": seen, "seconds": seconds, "checksum": checksum}))


main()
