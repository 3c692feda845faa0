"""Quix Streams' BigQuery sink on the same topic, to the same emulator. Prints one JSON line.

It writes with ``insertAll`` at each checkpoint, one every so many records. The first write makes the table and its
columns, so the watch starts after it.
"""

import gc
import json
import sys
import tempfile
import time

from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from quix_avro import Avro
from quixstreams import Application
from quixstreams.sinks.community.bigquery import BigQuerySink


def main() -> None:
    job = json.loads(sys.argv[1])
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)  # as ours
    state = {"written": 0, "first": 0, "started": 0.0, "seconds": 0.0}

    class Timed(BigQuerySink):
        def write(self, batch):
            super().write(batch)
            state["written"] += batch.size
            if not state["first"]:
                state["first"], state["started"] = batch.size, time.perf_counter()
            state["seconds"] = time.perf_counter() - state["started"]
            if state["written"] >= job["records"]:
                app.stop()

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
            credentials=AnonymousCredentials(),
            client_options=ClientOptions(api_endpoint=job["rest"]),
        )
        topic = app.topic(job["topic"], key_deserializer="str", value_deserializer=Avro(job["registry"]))
        app.dataframe(topic).sink(sink)
        app.run()
    print(
        json.dumps(
            {"records": state["written"], "timed": state["written"] - state["first"], "seconds": state["seconds"]}
        )
    )


main()
