"""Tasks run as soon as they can, and one that fails ends the others."""

import threading

import pytest

from deploy.local.graph import Task, run

pytestmark = pytest.mark.unit


def test_a_task_runs_after_what_it_needs_and_is_prepared_before() -> None:
    prepared, ready = threading.Event(), threading.Event()
    done: list[str] = []

    def first(_failed: threading.Event) -> None:
        assert prepared.wait(10)
        done.append("first")
        ready.set()

    def second(_failed: threading.Event) -> None:
        assert ready.is_set()
        done.append("second")

    run([Task("second", ("first", "not chosen"), second, prepared.set), Task("first", (), first)])
    assert done == ["first", "second"]


def test_a_failure_is_raised_and_the_others_are_told() -> None:
    waits, told = threading.Event(), threading.Event()

    def waiting(failed: threading.Event) -> None:
        waits.set()
        assert failed.wait(10)
        told.set()

    def failing(_failed: threading.Event) -> None:
        assert waits.wait(10)
        raise RuntimeError("broken")

    def never(_failed: threading.Event) -> None:
        raise AssertionError("ran without what it needs")

    with pytest.raises(RuntimeError, match="broken"):
        run([Task("waiting", (), waiting), Task("failing", (), failing), Task("dependent", ("failing",), never)])
    assert told.is_set()
