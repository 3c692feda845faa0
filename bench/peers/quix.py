"""Quix Streams on the same topic. Prints one JSON line.

Its own deserializer for a registry calls Confluent's, which is slower; this one is what its documentation offers for a
format of one's own (a ``Deserializer``), decoding exactly as the bare loop does.
"""

import gc
import json
import sys
import tempfile
import time

from quix_avro import Avro
from quixstreams import Application


def main() -> None:
    job = json.loads(sys.argv[1])
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)  # as ours
    state = {"seen": 0, "checksum": 0, "started": 0.0}
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
        )
        deserializer = Avro(job["registry"])
        topic = app.topic(job["topic"], key_deserializer="str", value_deserializer=deserializer)

        def handle(value):
            if not state["seen"]:
                state["started"] = time.perf_counter()
            state["seen"] += 1
            state["checksum"] += value["id"]
            if state["seen"] == job["records"]:
                state["seconds"] = time.perf_counter() - state["started"]
                app.stop()

        app.dataframe(topic).update(handle)
        app.run()
    print(json.dumps({"records": state["seen"], "seconds": state["seconds"], "checksum": state["checksum"]}))


main()
