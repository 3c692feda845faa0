"""Quix Streams making the same events of the same changes: decode, decide, encode, produce. Prints one JSON line."""

import gc
import json
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from io import BytesIO

import fastavro
from confluent_kafka.schema_registry import SchemaRegistryClient
from quix_avro import Avro
from quixstreams import Application
from quixstreams.models.serializers import Serializer

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:balcao:events")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Writing(Serializer):
    def __init__(self, schema_id, schema):
        super().__init__()
        self._prefix = b"\0" + schema_id.to_bytes(4, "big")
        self._schema = fastavro.parse_schema(schema)

    def __call__(self, value, ctx):
        body = BytesIO()
        body.write(self._prefix)
        fastavro.schemaless_writer(body, self._schema, value, strict_allow_default=True)
        return body.getvalue()


def decide(change, name):
    old, new, source = change["before"], change["after"], change["source"]
    if change["op"] not in ("c", "u", "d") or new is None or new["state"] != "active":
        return None
    price = old["price"] if old is not None and old["state"] == "active" else None
    if price == new["price"]:
        return None
    table, subject = "/marketplace/public/offers", str(new["id"])
    return {
        "id": str(uuid.uuid5(NAMESPACE, f"{name}{table}/{subject}@{source['lsn']}")),
        "source": table,
        "type": name,
        "time": EPOCH + timedelta(microseconds=source["ts_us"]),
        "subject": subject,
        "lsn": source["lsn"],
        "offer_id": new["id"],
        "supplier_id": new["supplier_id"],
        "product_id": new["product_id"],
        "before": price,
        "after": new["price"],
        "minimum_quantity": new["minimum_quantity"],
    }


def main() -> None:
    job = json.loads(sys.argv[1])
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)  # as ours
    state = {"seen": 0, "started": 0.0}
    registry = SchemaRegistryClient({"url": job["registry"]})
    event_schema = json.loads(registry.get_schema(job["event_schema_id"]).schema_str)
    with tempfile.TemporaryDirectory() as folder:
        app = Application(
            broker_address=job["bootstrap"],
            consumer_group=job["group"],
            auto_offset_reset="earliest",
            commit_interval=1.0,
            auto_create_topics=False,
            use_changelog_topics=False,
            state_dir=folder,
            loglevel=None,
            consumer_extra_config={"queued.min.messages": 100_000, "fetch.message.max.bytes": 4_194_304},
            producer_extra_config={
                "acks": "all",
                "enable.idempotence": True,
                "compression.type": "lz4",
                "linger.ms": 1,
            },
        )
        source = app.topic(job["topic"], key_deserializer="str", value_deserializer=Avro(job["registry"]))
        writing = Writing(job["event_schema_id"], event_schema)
        events = app.topic(job["output"], key_serializer="str", value_serializer=writing)

        def count(_value):
            if not state["seen"]:
                state["started"], state["cpu_started"] = time.perf_counter(), time.process_time()
            state["seen"] += 1
            if state["seen"] == job["records"]:
                app.stop()

        frame = (
            app.dataframe(source).apply(lambda change: decide(change, job["event"])).filter(lambda it: it is not None)
        )
        frame.to_topic(events, key=lambda event: event["subject"]).update(count)
        app.run()
        # stopping commits, and committing waits until the broker has confirmed every event
        state["seconds"] = time.perf_counter() - state["started"]
        state["cpu_seconds"] = time.process_time() - state["cpu_started"]
    answer = {"records": state["seen"], "seconds": state["seconds"], "cpu_seconds": state["cpu_seconds"]}
    print(json.dumps(answer))


main()
