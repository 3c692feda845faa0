"""Eyes and hands of an operator on the running platform."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.cli import build
from deploy.local.stack import Stack

Dlq = Callable[..., str]


@pytest.fixture
def dlq(platform: Stack) -> Dlq:
    """``balcao dlq ...``; what it prints."""

    def run(*words: str) -> str:
        done = CliRunner().invoke(build(), ["dlq", *words], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    return run


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], str]:
    """A document as a JSON file; its path."""

    def write(document: Any) -> str:
        path = tmp_path / "value.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return str(path)

    return write
