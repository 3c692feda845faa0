"""Doing several things at once, each as soon as what it needs is done."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """``run`` is called, in a thread of its own, once all tasks named in ``needs`` have returned."""

    name: str
    needs: Sequence[str]
    run: Callable[[threading.Event], None]
    prepare: Callable[[], None] = lambda: None
    """Called at once, without waiting for what the task needs."""


class AbandonedError(Exception):
    """A task was not run, or gave up, because another one failed."""


def run(tasks: Sequence[Task]) -> None:
    """Run all; a need that is not among the tasks counts as done. Blocks.

    The first exception is raised, after the others were told (by the event that ``run`` gets) and have ended.
    """
    if not tasks:
        return
    failed = threading.Event()
    futures: dict[str, Future[None]] = {}
    known = threading.Event()
    with ThreadPoolExecutor(len(tasks)) as pool:
        for task in tasks:
            futures[task.name] = pool.submit(_one, task, futures, known, failed)
        known.set()
        try:
            done, _ = wait(futures.values(), return_when=FIRST_EXCEPTION)
            failures = [error for future in done if (error := future.exception())]
        except BaseException:
            failed.set()
            raise
        if failures:
            failed.set()
            wait(futures.values())
    causes = [error for error in failures if not isinstance(error, AbandonedError)]
    if causes or failures:
        raise (causes or failures)[0]


def _one(task: Task, futures: Mapping[str, Future[None]], known: threading.Event, failed: threading.Event) -> None:
    known.wait()
    task.prepare()
    for need in task.needs:
        if need in futures:
            wait([futures[need]])
            if futures[need].exception():
                raise AbandonedError(task.name)
    if failed.is_set():
        raise AbandonedError(task.name)
    task.run(failed)
