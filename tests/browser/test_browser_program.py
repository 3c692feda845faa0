"""The browser that tests and pictures use."""

import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import browser
from deploy.local.chromium.install import LOCK, PACKAGE, install
from runtime.errors import UserError


@pytest.mark.unit
def test_the_lock_has_a_hash_for_each_package_and_no_address() -> None:
    text = LOCK.read_text()
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert "node_modules/@sparticuz/chromium" in packages
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert "://" not in text
    assert "resolved" not in text


@pytest.mark.unit
def test_the_lock_pins_what_the_package_file_asks_for() -> None:
    asked = json.loads((PACKAGE / "package.json").read_text())["dependencies"]
    assert json.loads(LOCK.read_text())["packages"][""]["dependencies"] == asked


@pytest.mark.unit
def test_a_machine_that_the_package_was_not_built_for_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(UserError, match="BALCAO_CHROMIUM"):
        install(tmp_path, print)


@pytest.mark.unit
def test_a_named_browser_that_does_not_start_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BALCAO_CHROMIUM", str(tmp_path / "nothing"))
    browser.chromium.cache_clear()
    with pytest.raises(UserError, match="does not start"):
        browser.chromium()


@pytest.mark.unit
def test_a_named_browser_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.setenv("BALCAO_CHROMIUM", str(program))
    browser.chromium.cache_clear()
    try:
        assert browser.chromium() == program
    finally:
        browser.chromium.cache_clear()


@pytest.mark.unit
def test_libraries_that_the_system_lacks_are_taken_from_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "chromium"
    program.write_text('#!/bin/sh\ncase "$LD_LIBRARY_PATH" in *al2023/lib*) exit 0;; esac\nexit 127\n')
    program.chmod(0o755)
    monkeypatch.setattr("deploy.local.chromium.install.folder", lambda _: tmp_path)
    monkeypatch.setattr(browser, "chromium", lambda: program)
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    browser._additions.cache_clear()
    try:
        assert browser.environment()["LD_LIBRARY_PATH"] == str(tmp_path / "al2023" / "lib")
        assert browser.environment()["FONTCONFIG_FILE"] == str(tmp_path / "fonts.conf")
    finally:
        browser._additions.cache_clear()


@pytest.mark.browser
def test_a_picture_of_a_page_has_the_size_asked_for(tmp_path: Path) -> None:
    page, picture = tmp_path / "page.html", tmp_path / "page.png"
    page.write_text("<!doctype html><title>x</title><h1>Olá</h1>")
    command = [sys.executable, "-m", "deploy.local.browser", "shot"]
    subprocess.run(
        [*command, page.as_uri(), str(picture), *("--width", "320", "--height", "200", "--dark", "--wait-for", "h1")],
        check=True,
        cwd=Path(__file__).parents[2],
    )
    raw = picture.read_bytes()
    assert raw[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", raw[16:24]) == (320, 200)
