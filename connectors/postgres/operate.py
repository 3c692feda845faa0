"""Bring connectors to their committed configuration and see how they do."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.postgres.client import ConnectClient, ConnectError
from connectors.postgres.configs import Connector


@dataclass(frozen=True, slots=True)
class State:
    """A connector's state in Connect's words (RUNNING, FAILED, PAUSED, UNASSIGNED, RESTARTING) or ``ABSENT``."""

    name: str
    connector: str
    tasks: tuple[str, ...]
    trace: str | None

    @property
    def running(self) -> bool:
        """Whether the connector and every one of its tasks run."""
        return self.connector == "RUNNING" and bool(self.tasks) and set(self.tasks) == {"RUNNING"}


async def apply(client: ConnectClient, connector: Connector) -> str:
    """Create or update one connector; returns ``created``, ``updated`` or ``unchanged``.

    Raises ``ConnectError`` with every sentence of Connect's validation; nothing is changed then.
    """
    before = await client.configured(connector.name)
    wanted = {**connector.config, "name": connector.name}
    if before == wanted:
        return "unchanged"
    wrong = await client.validate(wanted)
    if wrong:
        raise ConnectError(
            f"connector {connector.name} was not applied:\n" + "\n".join(f"  - {line}" for line in wrong)
        )
    await client.put(connector.name, wanted)
    return "created" if before is None else "updated"


async def state(client: ConnectClient, name: str) -> State:
    """How the connector does now."""
    document = await client.status(name)
    if document is None:
        return State(name, "ABSENT", (), None)
    parts = [document["connector"], *document["tasks"]]
    trace = next((part["trace"] for part in parts if part.get("trace")), None)
    return State(name, document["connector"]["state"], tuple(task["state"] for task in document["tasks"]), trace)


async def wait_running(client: ConnectClient, names: Sequence[str], *, timeout: float) -> None:
    """Wait until all run. Raises ``ConnectError`` when one failed, or after ``timeout`` seconds."""
    deadline = asyncio.get_running_loop().time() + timeout
    while True:
        states = [await state(client, name) for name in names]
        if all(found.running for found in states):
            return
        failed = next((found for found in states if "FAILED" in (found.connector, *found.tasks)), None)
        if failed is not None:
            raise ConnectError(f"connector {failed.name} failed: {first_line(failed.trace)}")
        if asyncio.get_running_loop().time() > deadline:
            waiting = ", ".join(f"{found.name} {found.connector}" for found in states if not found.running)
            raise ConnectError(f"not running after {timeout:.0f} s: {waiting}; see `balcao logs connect`")
        await asyncio.sleep(0.2)


def first_line(trace: str | None) -> str:
    """The cause of a Java stack trace: its last ``Caused by``, or its first line."""
    lines = (trace or "no reason given").splitlines()
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    return causes[-1] if causes else lines[0]
