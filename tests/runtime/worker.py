"""A station in a process of its own, to be killed or to hang: ``python -m tests.runtime.worker JOB`` (JSON).

Appends each number it processed to a file; what is in the page cache outlives the process.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from runtime import log
from runtime.processor import Outcome, Processor
from runtime.records import Batch
from runtime.station import run
from tests.runtime.fakes import counted


class Write(Processor):
    """Writes what it sees; ``hang`` says how it stands still, at its first batch or, ``once``, at a later one.

    With a ``quota`` it finishes that many records, and then no batch that it begins.
    """

    name = "write"

    def __init__(self, job: dict[str, Any]) -> None:
        self.topics = (counted(job["topic"]),)
        self._file = Path(job["file"])
        self._hung = self._file.with_suffix(".hung")
        self._hang = job.get("hang")
        self._pause = job.get("pause", 0.0)
        self._quota = job.get("quota")
        self._taken = 0

    async def process(self, batch: Batch) -> Outcome:
        if self._hang == "once" and self._file.exists() and not self._hung.exists():
            self._hung.touch()
            time.sleep(600)  # noqa: ASYNC251 - that is the mistake to be found
        if self._hang == "waiting":
            await asyncio.Event().wait()
        if self._hang == "blocking":
            time.sleep(600)  # noqa: ASYNC251 - that is the mistake to be found
        with self._file.open("a") as file:
            file.write("".join(f"{record.value['number']}\n" for record in batch.records))
        self._taken += len(batch.records)
        if self._quota is not None and self._taken > self._quota:
            await asyncio.Event().wait()
        await asyncio.sleep(self._pause)
        return Outcome()


if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    log.configure("worker", personal=())
    run("test", [Write(job)], group=job["group"])
