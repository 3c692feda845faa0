"""Bad input to the command line: one sentence, exit code 2, before anything is asked of a broker."""

import os
import subprocess
import sys

import pytest

from schemas.events import ORDER_PLACED
from schemas.topics import INBOUND

pytestmark = pytest.mark.unit

PUBLIC = ORDER_PLACED.name


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["subscribe", PUBLIC[:-1], "--team", "billing"], "There is no topic"),
        (["subscribe", INBOUND.name, "--team", "billing"], "is internal to the platform"),
        (["subscribe", PUBLIC, "--team", "biling"], "There is no team 'biling'; near it: billing"),
        (["topics", "replay", PUBLIC, "--team", "billing", "--from", "ontem"], "'ontem' is no time"),
        (["topics", "replay", INBOUND.name, "--team", "billing", "--from", "1h"], "is internal to the platform"),
        (["topics", "tail", PUBLIC, "--from", "ontem"], "'ontem' is no time"),
        (["subscribe", PUBLIC, "--team", "billing"], "BALCAO_KAFKA_BOOTSTRAP_SERVERS is missing"),
        (["access", "apply"], "BALCAO_KAFKA_BOOTSTRAP_SERVERS is missing"),
    ],
)
def test_one_sentence_and_exit_code_two(arguments: list[str], sentence: str) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BALCAO_")}
    done = subprocess.run(
        [sys.executable, "-m", "deploy.cli", *arguments], env=clean, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
