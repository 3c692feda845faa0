"""Quix Streams' BigQuery sink on the same topic, to the same emulator. Prints one JSON line.

It writes with ``insertAll`` at each checkpoint, one every so many records. The table is made before, with the columns
and types it would add itself: the emulator does not give a table columns that are added to its description. The first
write asks for more than the others do, so the watch starts after it.
"""

import gc
import json
import sys
import tempfile
import time

from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from quix_avro import Avro
from quixstreams import Application
from quixstreams.sinks.community.bigquery import BigQuerySink

COLUMNS = {
    "timestamp": "TIMESTAMP",
    "__key": "STRING",
    "id": "FLOAT64",
    "order_number": "STRING",
    "supplier": "STRING",
    "price": "FLOAT64",
    "note": "STRING",
    "quantity": "FLOAT64",
    "urgent": "BOOLEAN",
    "status": "STRING",
    "parent": "FLOAT64",
    "changed_at": "STRING",
    "city": "STRING",
    "weight": "FLOAT64",
}


def prepare(project, dataset, table, **settings) -> None:
    client = bigquery.Client(project=project, **settings)
    client.create_dataset(dataset, exists_ok=True)
    fields = [bigquery.SchemaField(name, kind) for name, kind in COLUMNS.items()]
    client.create_table(bigquery.Table(f"{project}.{dataset}.{table}", schema=fields))


def main() -> None:
    job = json.loads(sys.argv[1])
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)  # as ours
    state = {"written": 0, "first": 0, "started": 0.0, "seconds": 0.0, "processor": 0.0, "used": 0.0}

    class Timed(BigQuerySink):
        def write(self, batch):
            super().write(batch)
            state["written"] += batch.size
            if not state["first"]:
                state["first"], state["started"] = batch.size, time.perf_counter()
                state["processor"] = time.process_time()
            state["seconds"] = time.perf_counter() - state["started"]
            state["used"] = time.process_time() - state["processor"]
            if state["written"] >= job["records"]:
                app.stop()

    settings = {
        "credentials": AnonymousCredentials(),
        "client_options": ClientOptions(api_endpoint=job["rest"]),
    }
    prepare(job["project"], job["dataset"], "quix", **settings)
    with tempfile.TemporaryDirectory() as folder:
        app = Application(
            broker_address=job["bootstrap"],
            consumer_group=job["group"],
            auto_offset_reset="earliest",
            commit_every=job["rows"],
            commit_interval=5.0,
            auto_create_topics=False,
            use_changelog_topics=False,
            state_dir=folder,
            loglevel=None,
        )
        sink = Timed(
            project_id=job["project"],
            location="US",
            dataset_id=job["dataset"],
            table_name="quix",
            insert_timeout=60.0,
            **settings,
        )
        topic = app.topic(job["topic"], key_deserializer="str", value_deserializer=Avro(job["registry"]))
        app.dataframe(topic).sink(sink)
        app.run()
    answer = {
        "records": state["written"],
        "timed": state["written"] - state["first"],
        "seconds": state["seconds"],
        "processor": state["used"],
    }
    print(json.dumps(answer))


main()
