"""Logs are JSON with the process's name, and personal fields are not in them."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from runtime import log
from schemas.events import ORDER_STATUS_CHANGED
from schemas.topics import INBOUND

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def test_one_json_object_a_line_bound_to_the_process(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("customer", personal=())
    structlog.get_logger("ours").info("said something", count=3)
    logging.getLogger("theirs").warning("from %s", "a library")
    ours, theirs = written(capsys)
    assert (ours["event"], ours["process"], ours["count"], ours["level"]) == ("said something", "customer", 3, "info")
    assert (theirs["event"], theirs["process"], theirs["logger"]) == ("from a library", "customer", "theirs")


def test_personal_fields_of_the_register_are_dropped_at_any_depth(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("customer")
    structlog.get_logger().warning(
        "turn", contact="5511999990000", turn={"text": "tenho dor", "flow": "price"}, items=[{"contact_name": "Ana"}]
    )
    (line,) = written(capsys)
    assert line["turn"] == {"flow": "price"}
    assert line["items"] == [{}]
    assert not {"contact"} & set(line)


def test_the_fields_come_from_the_marks() -> None:
    found = log.personal_fields([INBOUND, ORDER_STATUS_CHANGED])
    assert {"contact", "contact_name", "text", "payload"} <= found
    assert "order_number" not in found


def test_a_traceback_shows_no_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("customer", personal=())

    def fail(contact: str) -> None:
        raise RuntimeError(f"no luck with {len(contact)} digits")

    try:
        fail("".join(str(digit) for digit in range(9)))
    except RuntimeError:
        structlog.get_logger().exception("failed")
    (line,) = written(capsys)
    assert "no luck with 9 digits" in line["exception"]
    assert "012345678" not in line["exception"]
