"""Two redrives at the same moment: every letter goes back once, and the one that has to wait says so."""

import asyncio
import os
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from runtime import dead_letter
from runtime.codec import Encoder
from runtime.errors import UserError
from runtime.letters import reading
from runtime.letters.turn import Turn
from runtime.producer import Message, Producer
from runtime.registry import Registry
from runtime.settings import KafkaSettings, RegistrySettings, load
from schemas.access import BY_COMMAND, retry_topic
from schemas.example import read
from schemas.topics import SEARCH_DOCUMENTS

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]
GROUP = BY_COMMAND["qdrant"].group
ROOT = Path(__file__).parents[2]


async def letters(cause: str, count: int, *, size: int = 0) -> None:
    """Dead letters of deleted documents, as if the sink had failed on them twice."""
    registry = Registry(load(RegistrySettings))
    encoder, producer = Encoder(registry), Producer(load(KafkaSettings), client_id="test")
    encoder.prepare(SEARCH_DOCUMENTS)
    messages = []
    for number in range(count):
        product = 9_900_000 + number
        document = {**read(SEARCH_DOCUMENTS), "product_id": product, "version": 1, "deleted": True}
        if size:
            document["name"] = os.urandom(size // 2).hex()
        headers = {
            dead_letter.CAUSE: cause,
            dead_letter.REASON: "a test",
            dead_letter.TOPIC: SEARCH_DOCUMENTS.name,
            dead_letter.PARTITION: "0",
            dead_letter.OFFSET: str(time.time_ns() + number),
            dead_letter.TIMESTAMP: "1700000000000",
            dead_letter.GROUP: GROUP,
            dead_letter.ATTEMPTS: "1",
            dead_letter.ROUND: "1",
        }
        value = encoder.encode(SEARCH_DOCUMENTS, document)
        encoded = {name: text.encode() for name, text in headers.items()}
        messages.append(Message(SEARCH_DOCUMENTS.dead_letter, str(product), value, encoded))
    await producer.send(messages)
    await producer.close()
    registry.close()


def sent_back(cause: str) -> Counter[int]:
    """How often each of them is in the group's retry topic, by the offset it had."""
    kafka, name = load(KafkaSettings), retry_topic(GROUP)
    found = (reading.headers(each) for each in reading.read(kafka, reading.spans(kafka, [name])))
    said = [dead_letter.read(headers) for headers in found if headers[dead_letter.CAUSE] == cause.encode()]
    return Counter(each.offset for each in said)


async def redrive(cause: str, *words: str) -> tuple[int, str]:
    """A process of its own: its exit code and what it says."""
    command = [sys.executable, "-m", "deploy.cli", "dlq", "redrive", "--cause", cause, *words]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=dict(os.environ), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


async def test_two_at_the_same_moment_send_each_letter_back_once(stack: Stack) -> None:
    cause = f"two-at-once-{time.time_ns()}"
    await letters(cause, 30)
    ended = await asyncio.gather(redrive(cause), redrive(cause))
    assert all(code == 0 or (code == 2 and "Another redrive is at work" in said) for code, said in ended), ended
    assert any("30 redriven" in said for _, said in ended), ended
    sent = await asyncio.to_thread(sent_back, cause)
    assert (len(sent), set(sent.values())) == (30, {1})


async def test_one_that_comes_while_another_is_at_work_is_refused_with_a_sentence(stack: Stack) -> None:
    kafka = load(KafkaSettings)
    with Turn(kafka) as turn:
        turn.check()
        with pytest.raises(UserError, match="Another redrive is at work"), Turn(kafka, patience_seconds=2):
            raise AssertionError("both had the turn")
        turn.check()
    with Turn(kafka) as next_one:
        next_one.check()


async def test_a_redrive_that_stood_still_does_not_go_on_by_itself(stack: Stack) -> None:
    now = [0.0]
    with Turn(load(KafkaSettings), monotonic=lambda: now[0]) as turn:
        turn.check()
        # as after a SIGSTOP: the next look at the clock is long after the last
        now[0] = 60.0
        with pytest.raises(UserError, match="stood still"):
            turn.check()


async def test_a_letter_larger_than_kafkas_default_goes_back_whole(stack: Stack) -> None:
    cause = f"large-{time.time_ns()}"
    await letters(cause, 1, size=3_000_000)
    code, said = await redrive(cause)
    assert (code, "1 redriven" in said) == (0, True), said
    kafka, name = load(KafkaSettings), retry_topic(GROUP)
    found = [
        each
        for each in reading.read(kafka, reading.spans(kafka, [name]))
        if reading.headers(each)[dead_letter.CAUSE] == cause.encode()
    ]
    assert [len(each.value() or b"") > 3_000_000 for each in found] == [True]


@pytest.mark.timeout(100)
async def test_a_broker_that_does_not_answer_is_not_another_redrive() -> None:
    nobody = KafkaSettings(bootstrap_servers="127.0.0.1:1")
    with pytest.raises(UserError, match="does not give us a turn"), Turn(nobody, patience_seconds=5):
        raise AssertionError("there is no broker")
