"""Supervisor's configuration, rendered from the table of programs.

The file holds passwords, as the environment of single programs, so only its owner may read it.
"""

import os
import pwd
import resource
import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from deploy.local.environment import select
from deploy.local.home import CHECKOUT, Home
from deploy.local.layout import Layout
from deploy.local.postgres import Server
from deploy.local.processes import MARKER
from deploy.local.programs import Program
from runtime.errors import UserError

# The order in which supervisor itself would stop what is left.
PRIORITY = {"postgres": 100, "kafka": 200, "registry": 300, "connect": 400}


def path(home: Home) -> Path:
    """Where the file is kept."""
    return home.supervisor / "supervisord.conf"


def pid_file(home: Home) -> Path:
    """Where supervisord writes its process id."""
    return home.supervisor / "supervisord.pid"


def base_environment(home: Home) -> dict[str, str]:
    """What every process of the stack gets. Nothing of the shell that ran ``up`` is in it, so it is always the same."""
    account = pwd.getpwuid(os.getuid())
    folders = (os.fspath(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin")
    return {
        MARKER: home.marker,
        "HOME": account.pw_dir,
        "USER": account.pw_name,
        "PATH": ":".join(folders),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": os.fspath(home.root / "tmp"),
    }


def render(layout: Layout, programs: Iterable[Program], variables: Mapping[str, str]) -> str:
    """The whole file. ``variables`` are the platform's; each program gets those that it declares.

    Raises ``UserError`` for a value that the format cannot hold.
    """
    sections = [_supervisord(layout.home), *(_program(layout, program, variables) for program in programs)]
    return "\n".join(_section(title, options) for title, options in (*_rpc(layout.home), *sections))


def _rpc(home: Home) -> list[tuple[str, dict[str, str]]]:
    return [
        ("unix_http_server", {"file": escape(os.fspath(home.socket)), "chmod": "0700"}),
        (
            "rpcinterface:supervisor",
            {"supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"},
        ),
    ]


def _supervisord(home: Home) -> tuple[str, dict[str, str]]:
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = 8192 if most_files == resource.RLIM_INFINITY else min(8192, most_files)
    options = {
        "logfile": escape(os.fspath(home.logs / "supervisord.log")),
        "logfile_maxbytes": "5MB",
        "logfile_backups": "1",
        "pidfile": escape(os.fspath(pid_file(home))),
        "childlogdir": escape(os.fspath(home.logs)),
        "umask": "077",
        "minfds": str(files),
    }
    if not os.getuid():
        options["user"] = "root"
    return "supervisord", options


def _program(layout: Layout, program: Program, variables: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    environ = base_environment(layout.home) | select(variables, program.variables) | program.own_variables(layout)
    options = {
        "command": escape(shlex.join(program.command(layout))),
        "directory": escape(os.fspath(CHECKOUT)),
        "environment": quote(environ),
        # `up` starts them, in order; supervisor keeps them running.
        "autostart": "false",
        "autorestart": "true",
        # Less than this is a failed start, after which supervisor waits longer each time.
        "startsecs": "5",
        "startretries": "1000000",
        "stopsignal": program.stop_signal,
        "stopwaitsecs": str(program.stop_seconds),
        "killasgroup": "true",
        "priority": str(PRIORITY.get(program.name, 500)),
        "redirect_stderr": "true",
        # Supervisor expands this option twice.
        "stdout_logfile": escape(escape(os.fspath(log_file(layout.home, program.name)))),
        "stdout_logfile_maxbytes": "20MB",
        "stdout_logfile_backups": "2",
    }
    if program.name == "postgres" and (user := Server.of(layout.home).user):
        options |= {"user": user, "directory": "/"}
    return f"program:{program.name}", options


def log_file(home: Home, program: str) -> Path:
    """Where a program's output goes."""
    return home.logs / f"{program}.log"


def escape(value: str) -> str:
    """``value`` with supervisor's own expansions switched off."""
    for text in ("\n", " ;", " #", "\t;", "\t#"):
        if text in value:
            raise UserError(f"supervisor cannot take {text!r} in a value, and {value[:80]!r} has it.")
    return value.replace("%", "%%")


def quote(values: Mapping[str, str]) -> str:
    """Environment variables as supervisor reads them."""
    return ",".join(f"{name}={_quoted(name, value)}" for name, value in values.items())


def _quoted(name: str, value: str) -> str:
    if value.strip("'\"") != value or ('"' in value and "'" in value):
        raise UserError(f"supervisor cannot hold the quotes in the value of {name}.")
    try:
        escaped = escape(value)
    except UserError:
        raise UserError(f"supervisor cannot hold a line break, ' ;' or ' #' in the value of {name}.") from None
    return f"'{escaped}'" if '"' in value else f'"{escaped}"'


def _section(title: str, options: Mapping[str, str]) -> str:
    return f"[{title}]\n" + "".join(f"{name}={value}\n" for name, value in options.items())
