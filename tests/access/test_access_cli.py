"""Bad input to the command line: one sentence, exit code 2, before anything is asked of a broker."""

import os
import subprocess
import sys

import pytest
from aiokafka.errors import KafkaConnectionError
from confluent_kafka import KafkaError, KafkaException

from runtime.errors import UserError
from runtime.kafka import asking
from runtime.settings import KafkaSettings
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


@pytest.mark.parametrize(
    ("passwords", "sentence"),
    [
        ('{"streams": "hunter2"', "a setting BALCAO_ACCESS_* is not the JSON that it must be"),
        ('{"nobody": "hunter2"}', "BALCAO_ACCESS_PASSWORDS names 'nobody', who is no station; there are: "),
    ],
)
def test_passwords_that_are_not_the_stations_are_refused_and_not_repeated(passwords: str, sentence: str) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BALCAO_")}
    given = {"BALCAO_ACCESS_PASSWORDS": passwords, "BALCAO_KAFKA_BOOTSTRAP_SERVERS": "nowhere.invalid:1"}
    command = [sys.executable, "-m", "deploy.cli", "access", "apply"]
    done = subprocess.run(command, env=clean | given, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "hunter2" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_broker_s_refusal_and_absence_are_sentences() -> None:
    settings = KafkaSettings(bootstrap_servers="kafka:9092")
    said = r"^The broker at kafka:9092 does not do it \(.+\); look at `balcao status`.$"
    for error in (KafkaException(KafkaError(KafkaError._TIMED_OUT)), KafkaConnectionError("away")):
        with pytest.raises(UserError, match=said), asking(settings):
            raise error
