"""What a run of some parts leaves of the file of results."""

import json
from datetime import date
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.results import Result, save

pytestmark = pytest.mark.unit
FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)


def test_a_run_of_some_parts_keeps_what_the_others_measured(tmp_path: Path) -> None:
    path = tmp_path / "latest.json"
    save({"one": Result(value=1, unit="s"), "two": Result(value=2, unit="s", met=True)}, day=FIRST, path=path)
    save({"two": Result(value=3, unit="s", met=False)}, day=SECOND, keep=True, path=path)
    found = json.loads(path.read_text(encoding="utf-8"))
    assert {name: (each["value"], each["met"], each["date"]) for name, each in found.items()} == {
        "one": (1, None, "2026-11-20"),
        "two": (3, False, "2026-11-21"),
    }
    save({"one": Result(value=4, unit="s")}, day=SECOND, path=path)
    assert set(json.loads(path.read_text(encoding="utf-8"))) == {"one"}


def test_an_unknown_part_is_named_and_nothing_is_started(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["histroy"]) == 2
    assert "no part 'histroy'; there are: consume" in " ".join(capsys.readouterr().out.split())
