"""The register as it was at a git commit. Blocks on git; changes nothing."""

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import schemas
from runtime.errors import UserError
from schemas.compatibility.evolution import refusals
from schemas.compatibility.parse import SchemaError
from schemas.contract import Contract, Contracts
from schemas.contract_document import FILE, DocumentError, parse
from schemas.topic import Avro

ROOT = Path(schemas.__file__).parents[1]
_FOLDER = "schemas/derived"


@dataclass(frozen=True, slots=True)
class Repository:
    """The checkout whose commits are read; its folder is where ``schemas/`` stands."""

    root: Path = ROOT

    def contracts(self, ref: str) -> tuple[Contracts, str]:
        """The contracts at a commit, and a sentence on what could not be known (empty when all could).

        A commit from before ``register.json`` has its Avro schemas only. Raises ``UserError`` for a ref that is no
        commit here, and for one that has no register.
        """
        commit = self._commit(ref)
        text = self._show(commit, f"{_FOLDER}/{FILE}")
        if text is None:
            return self._schemas_only(ref, commit), (
                f"{ref} has no {_FOLDER}/{FILE}: only schemas and removals are compared"
            )
        try:
            return parse(text), ""
        except DocumentError as error:
            raise UserError(f"{_FOLDER}/{FILE} at {ref} cannot be read: {error}; name another commit.") from error

    def versions(self, ref: str, contracts: Iterable[Contract]) -> dict[str, tuple[Avro, ...]]:
        """Earlier schemas of these topics, newest first, from the commits up to the ref.

        A version that the schema at the ref does not fit was given up when that was accepted: it binds nobody any more
        and is left out. A shallow clone knows fewer.
        """
        commit = self._commit(ref)
        return {contract.name: tuple(self._versions(commit, contract)) for contract in contracts}

    def _versions(self, commit: str, contract: Contract) -> list[Avro]:
        path = f"{_FOLDER}/{contract.name}.avsc"
        log = self._git("log", "--format=%H", "--end-of-options", commit, "--", f"./{path}").stdout.split()
        found: list[Avro] = []
        for each in log:
            text = self._show(each, path)
            schema = None if text is None else _schema(text)
            if schema is None or schema == contract.schema or schema in found:
                continue
            try:
                if not refusals(schema, contract.schema, (), full=True):
                    found.append(schema)
            except SchemaError:
                continue
        return found

    def _schemas_only(self, ref: str, commit: str) -> Contracts:
        listing = self._git("ls-tree", "--name-only", commit, f"./{_FOLDER}/").stdout.splitlines()
        topics = {}
        for path in listing:
            name = Path(path).name
            schema = _schema(self._show(commit, f"{_FOLDER}/{name}") or "") if name.endswith(".avsc") else None
            if schema is not None:
                topic = name.removesuffix(".avsc")
                topics[topic] = Contract(name=topic, schema=schema, captured=_captured(schema))
        if not topics:
            raise UserError(f"{ref} has no register under {_FOLDER}; name a commit that has one.")
        return Contracts(topics, schemas_only=True)

    def _commit(self, ref: str) -> str:
        done = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        if done.returncode == 0:
            return done.stdout.strip()
        if self._git("rev-parse", "--git-dir").returncode:
            raise UserError(f"{self.root} is no git repository; run this in a checkout.")
        raise UserError(f"this repository has no commit {ref!r}; name a branch, a tag or a commit, or fetch it first.")

    def _show(self, commit: str, path: str) -> str | None:
        done = self._git("show", "--end-of-options", f"{commit}:./{path}")
        return None if done.returncode else done.stdout

    def _git(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = ["git", "-C", str(self.root), *arguments]
        try:
            return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        except FileNotFoundError as error:
            raise UserError("git is not installed; install it, or run this where it is.") from error


def _schema(text: str) -> Avro | None:
    try:
        loaded: Any = json.loads(text)
    except ValueError:
        return None
    return loaded if isinstance(loaded, dict) else None


def _captured(schema: Avro) -> bool:
    names = {field.get("name") for field in schema.get("fields", ())}
    return schema.get("name") == "Envelope" and {"before", "after", "source"} <= names
