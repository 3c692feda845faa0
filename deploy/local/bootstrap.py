"""What a stack needs besides running programs: tables, topics, data, contacts, connectors. Each step may be run again.

``python -m deploy.local.bootstrap STEP`` runs one, in a process that is given only the variables the step declares.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

from deploy.local import supervisor_config
from deploy.local.environment import select
from deploy.local.home import CHECKOUT, Home
from runtime.errors import UserError

LIMIT = 300
# How many of the market's people the simulator offers to write as.
CONTACTS = 200


def _migrate() -> None:
    from store.commands import migrate

    migrate()


def _topics() -> None:
    from runtime.commands import topics_apply

    topics_apply()


def _access() -> None:
    from runtime.access_commands import apply

    apply()


def _seed() -> None:
    from store.commands import seed

    seed()


def _contacts() -> None:
    import asyncio
    import json
    from pathlib import Path

    from psycopg import AsyncConnection

    from runtime.settings import MarketplaceReader, load
    from store import probes

    async def writers() -> list[dict[str, str]]:
        dsn = load(MarketplaceReader).dsn.get_secret_value()
        async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
            return [asdict(writer) for writer in await probes.writers(connection, CONTACTS)]

    target = Path(os.environ["BALCAO_SIMULATOR_CONTACTS_FILE"])
    fresh = target.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(asyncio.run(writers()), ensure_ascii=False, indent=1), encoding="utf-8")
    fresh.replace(target)


def _connectors() -> None:
    import asyncio

    from connectors.postgres import configs, operate
    from connectors.postgres.client import ConnectClient
    from connectors.postgres.commands import apply
    from runtime.settings import ConnectSettings, load

    async def failed(client: ConnectClient, name: str) -> bool:
        found = await operate.state(client, name)
        return "FAILED" in (found.connector, *found.tasks)

    async def restart_failed() -> None:
        async with ConnectClient(load(ConnectSettings)) as client:
            for connector in configs.connectors():
                if await failed(client, connector.name):
                    await client.restart(connector.name)
                    # Connect's answer comes before the new state can be read.
                    async with asyncio.timeout(LIMIT):
                        while await failed(client, connector.name):  # noqa: ASYNC110 - nothing but its REST API tells
                            await asyncio.sleep(0.1)

    asyncio.run(restart_failed())
    apply(wait=LIMIT / 2)


@dataclass(frozen=True)
class Step:
    """``needs`` names programs and other steps; ``variables`` is as for a program.

    One that is ``secure`` is only for a stack whose broker asks who one is.
    """

    name: str
    needs: tuple[str, ...]
    variables: tuple[str, ...]
    action: Callable[[], None]
    secure: bool = False


STEPS = {
    step.name: step
    for step in (
        Step("migrate", ("postgres",), ("BALCAO_MARKETPLACE_OWNER_DSN", "BALCAO_PLATFORM_OWNER_DSN"), _migrate),
        Step("topics", ("kafka", "registry"), ("BALCAO_KAFKA_*", "BALCAO_REGISTRY_*"), _topics),
        Step("seed", ("migrate",), ("BALCAO_MARKETPLACE_WRITER_DSN",), _seed),
        Step("contacts", ("seed",), ("BALCAO_MARKETPLACE_READER_DSN", "BALCAO_SIMULATOR_CONTACTS_FILE"), _contacts),
        Step("access", ("kafka",), ("BALCAO_KAFKA_*", "BALCAO_ACCESS_*"), _access, secure=True),
        # After the data, so that a new slot's snapshot carries it instead of a transaction log of inserts.
        Step("connectors", ("connect", "topics", "seed"), ("BALCAO_CONNECT_*", "BALCAO_REGISTRY_*"), _connectors),
    )
}


def run(step: Step, home: Home, variables: Mapping[str, str]) -> None:
    """Run the step in a process of its own; blocks. Raises ``UserError`` with its last words when it fails."""
    environ = supervisor_config.base_environment(home) | select(variables, step.variables)
    log = supervisor_config.log_file(home, f"step-{step.name}")
    command = [sys.executable, "-m", "deploy.local.bootstrap", step.name]
    with log.open("w") as output:
        try:
            done = subprocess.run(
                command, cwd=CHECKOUT, env=environ, stdout=output, stderr=output, check=False, timeout=LIMIT
            )
        except subprocess.TimeoutExpired as error:
            raise UserError(f"The step {step.name} took more than {LIMIT} s; its log is {log}.") from error
    if done.returncode:
        words = "\n".join(log.read_text(errors="replace").strip().splitlines()[-8:])
        raise UserError(f"The step {step.name} failed; its whole log is {log}. It ends with:\n{words}")


def main(arguments: list[str]) -> int:
    """Run the step named in ``arguments``."""
    try:
        STEPS[arguments[0]].action()
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
