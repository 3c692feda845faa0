"""Where one local stack keeps its files, and how its processes are recognised."""

import hashlib
import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import deploy
from runtime.errors import UserError

CHECKOUT = Path(deploy.__file__).resolve().parent.parent
# Each of these ends a value early in a format that has no way to quote it: a class path, Kafka's log.dirs, an ini file.
UNUSABLE = (":", ",", "\n", '"', "'", " ;", " #", "\t;", "\t#", "\\")
# sun_path holds 108 bytes on Linux and 104 on macOS; supervisor appends its own process id to bind.
SOCKET_BYTES = 90
SHORT = Path("/tmp")  # noqa: S108 - private_folder checks whose it is


def default_root(environ: Mapping[str, str]) -> Path:
    """The data folder: ``BALCAO_HOME``, or ``.local`` in the checkout (in the working folder when installed)."""
    if chosen := environ.get("BALCAO_HOME"):
        return Path(chosen)
    return (CHECKOUT if (CHECKOUT / "pyproject.toml").exists() else Path.cwd()) / ".local"


@dataclass(frozen=True)
class Home:
    """The data folder of one stack; the folder's path is the stack's identity."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> "Home":
        """The stack kept in ``root``; raises ``UserError`` when the path has a character that no program could take."""
        return cls(usable(root, "BALCAO_HOME"))

    @property
    def marker(self) -> str:
        """The value of ``BALCAO_STACK`` in the environment of every process of this stack."""
        return hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]

    @property
    def credentials(self) -> Path:
        return self.root / "env"

    @property
    def ports(self) -> Path:
        return self.root / "ports.json"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def supervisor(self) -> Path:
        return self.root / "supervisor"

    def data(self, program: str) -> Path:
        """The folder where ``program`` keeps its data."""
        return self.root / program

    def create(self) -> None:
        """Make the folders, readable by this user only. Idempotent.

        Raises ``UserError`` when the folder of a socket outside belongs to somebody else.
        """
        for folder in (self.root, self.logs, self.supervisor, self.root / "tmp"):
            folder.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
        if self.socket.parent != self.supervisor:
            private_folder(SHORT, self.socket.parent.name)

    def remove(self) -> None:
        """Remove the folders and all that is in them. Idempotent."""
        for folder in (self.root, self.socket.parent):
            if folder.exists():
                shutil.rmtree(folder)

    @property
    def socket(self) -> Path:
        """Supervisor's socket: in the data folder, or in a private one under /tmp when the path is too long for one."""
        inside = self.supervisor / "sock"
        if len(os.fsencode(inside)) <= SOCKET_BYTES:
            return inside
        return SHORT / f"balcao-{os.getuid()}-{self.marker}" / "sock"


def usable(path: Path, setting: str) -> Path:
    """The absolute path; raises ``UserError``, naming ``setting``, when no Java program could be given it."""
    absolute = path.expanduser().resolve()
    for text in UNUSABLE:
        if text in str(absolute):
            raise UserError(
                f"The folder {absolute} has {text!r} in its name, which Kafka and Java cannot take; "
                f"set {setting} to another folder."
            )
    return absolute


def private_folder(parent: Path, name: str, mode: int = 0o700) -> Path:
    """``parent/name``, made when missing; raises ``UserError`` unless it is a real folder that this user owns.

    The check is what makes a name that others can guess safe in a folder that others can write.
    """
    folder = parent / name
    folder.mkdir(mode=mode, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise UserError(f"{folder} exists and is not this user's folder; remove it, then try again.")
    folder.chmod(mode)
    return folder
