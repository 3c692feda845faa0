"""Rules about the repository's own files."""

import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
INDEX = re.compile(r"--(extra-)?index-url|\"resolved\": *\"http|repo1\.maven|registry\.npmjs|files\.pythonhosted")


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="ignore")


def test_no_package_index_is_named() -> None:
    found = [path for path in tracked() if path != Path(__file__) and INDEX.search(text(path))]
    assert not found, f"these files name a package index; compile them without: {found}"


def test_every_locked_requirement_has_a_hash() -> None:
    for lock in sorted(ROOT.glob("requirements/*.txt")):
        entries = re.split(r"\n(?=\S)", text(lock).strip())
        bare = [entry.split()[0] for entry in entries if not entry.startswith("#") and "--hash=sha256:" not in entry]
        assert not bare, f"{lock.name}: no hash for {bare}"


def test_no_python_file_is_longer_than_400_lines() -> None:
    long = {path.name: n for path in tracked() if path.suffix == ".py" and (n := text(path).count("\n")) > 400}
    assert not long, f"one idea a file; split {long}"


def test_every_test_says_what_it_needs() -> None:
    markers = ("pytest.mark.unit", "pytest.mark.broker", "pytest.mark.browser")
    found = [p for p in tracked() if p.name.startswith("test_") and not any(marker in text(p) for marker in markers)]
    assert not found, f"mark these as unit, broker or browser: {found}"


def test_no_test_skips() -> None:
    skips = re.compile(r"pytest\.(skip|importorskip)\(|mark\.(skip|skipif|xfail)")
    found = [p for p in tracked() if p.name.startswith("test_") and p != Path(__file__) and skips.search(text(p))]
    assert not found, f"a test starts what it needs or fails: {found}"
