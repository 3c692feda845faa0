"""A type checker finds a subscriber's mistake before the first event; what the README shows is right."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.client.conftest import SOURCE

pytestmark = [pytest.mark.unit, pytest.mark.timeout(240)]

README = SOURCE.parent / "README.md"
GOOD = """
from datetime import date, datetime
from decimal import Decimal

from balcao_events import Consumer, consume, replay, topics
from balcao_events.records.orders import OrderStatus


def difference(group: str) -> Decimal:
    for event in consume(topics.PRICE_CHANGED, group=group):
        if event.before is not None:
            return event.after - event.before
    raise LookupError


def words(status: OrderStatus) -> str:
    return "gone" if status == "cancelled" else "there"


def statuses(consumer: Consumer[object]) -> None: ...


def late(since: datetime) -> list[tuple[int, date, str]]:
    return [(r.position.offset, r.event.after, r.event.carrier) for r in replay(topics.SHIPMENT_DELAYED, since)]


with Consumer(topics.ORDER_STATUS_CHANGED, group="billing.orders") as reader:
    for received in reader.poll_batch():
        print(words(received.event.after), received.key)
    reader.commit()
""".replace("def statuses(consumer: Consumer[object]) -> None: ...\n\n\n", "")
WRONG = {
    "for e in consume(topics.PRICE_CHANGED, group='g'): print(e.price)": 'has no attribute "price"',
    "for e in consume(topics.PRICE_CHANGED, group='g'): print(e.after - e.before)": "Unsupported operand types",
    "for e in consume(topics.PRICE_CHANGED, group='g'): e.after = e.after": "read-only",
    "for e in consume(topics.ORDER_STATUS_CHANGED, group='g'): print(e.after == 'delivred')": "Non-overlapping",
    "consume(topics.ORDER_PLACED)": 'Missing named argument "group"',
    "for r in replay(topics.ORDER_PLACED, datetime.now()): print(r.id)": '"Received[OrderPlaced]" has no attribute',
}


def mypy(tmp_path: Path, *programs: str) -> tuple[int, list[str]]:
    """The exit status and what mypy says, with the package's own types and nothing of this repository's settings."""
    files = [tmp_path / f"program{number}.py" for number in range(len(programs))]
    for path, program in zip(files, programs, strict=True):
        path.write_text(program, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--python-version", "3.10", "--config-file="]
    command += ["--cache-dir", str(tmp_path / "cache"), *map(str, files)]
    done = subprocess.run(
        command, cwd=tmp_path, env={"MYPYPATH": str(SOURCE), "PATH": ""}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.splitlines() + done.stderr.splitlines()


def test_a_right_program_the_readmes_and_the_package_itself_pass(tmp_path: Path) -> None:
    shown = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(shown) >= 3
    status, said = mypy(tmp_path, GOOD, *shown)
    assert status == 0, "\n".join(said)


def test_wrong_programs_are_refused_with_the_field(tmp_path: Path) -> None:
    header = "from datetime import datetime\nfrom balcao_events import consume, replay, topics\n"
    status, said = mypy(tmp_path, *(header + line for line in WRONG))
    assert status == 1
    for number, expected in enumerate(WRONG.values()):
        found = [line for line in said if line.startswith(f"program{number}.py")]
        assert any(expected in line for line in found), f"program {number}: {found}"
