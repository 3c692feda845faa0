"""A git repository of a test's own, whose commits hold a register's derived files."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.clock import ManualClock
from runtime.contracts import run
from runtime.contracts_history import Repository
from schemas.contract import Contracts
from schemas.contract_document import FILE, render


@dataclass(frozen=True, slots=True)
class Checkout:
    """A git repository of the test's own."""

    root: Path

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
        command = ["git", "-C", str(self.root), *identity, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def commit(self, contracts: Contracts, *, document: bool = True) -> str:
        """Commits the register's files; without the document as they were before there was one."""
        folder = self.root / "schemas" / "derived"
        folder.mkdir(parents=True, exist_ok=True)
        for contract in contracts.topics.values():
            (folder / f"{contract.name}.avsc").write_text(json.dumps(contract.schema))
        if document:
            (folder / FILE).write_text(render(contracts))
        self.git("add", "-A")
        self.git("commit", "--allow-empty", "-m", "register")
        return self.git("rev-parse", "HEAD")

    def check(self, against: str, new: Contracts, **options: Any) -> list[tuple[str, str]]:
        """The topics that differ, with their verdicts."""
        found = run(Repository(self.root), against, new, clock=ManualClock(), **options)
        return [(each.topic, each.verdict.value) for each in found.compared]
