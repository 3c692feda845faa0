"""What the runtime's broker tests share: a topic and a group of each test's own."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest

from runtime.settings import KafkaSettings, RegistrySettings, load
from runtime.topics import apply
from tests.runtime.broker import Ground
from tests.runtime.fakes import counted


@pytest.fixture
async def ground(stack: object) -> AsyncIterator[Ground]:
    """A topic with four partitions and its dead-letter topic, empty, and a group that never was."""
    topic = counted(f"test.{uuid.uuid4().hex[:12]}")
    kafka, registry = load(KafkaSettings), load(RegistrySettings)
    await asyncio.to_thread(apply, kafka, [topic])
    ground = Ground(topic, f"balcao.{topic.name}", kafka, registry)
    yield ground
    await ground.close()
