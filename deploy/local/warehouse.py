"""The BigQuery emulator, keeping its tables in DuckDB."""

import os
import subprocess
import sys
from pathlib import Path

from deploy.local import health
from deploy.local.environment import PROJECT
from deploy.local.layout import HOST, Layout
from runtime.errors import UserError

# DuckDB looks for its extensions in HOME and would otherwise download them; these packages carry them.
EXTENSIONS = ("spatial", "avro")
IMPORT = """
import sys, duckdb, duckdb_extensions
with duckdb.connect() as connection:
    for name in sys.argv[1:]:
        duckdb_extensions.import_extension(name, con=connection)
"""


def prepare(layout: Layout) -> None:
    """Bring DuckDB's extensions into the emulator's HOME, once a version. Raises ``UserError``."""
    import duckdb

    home = _home(layout)
    home.mkdir(parents=True, exist_ok=True)
    done = home / f"extensions-{duckdb.__version__}"
    if done.exists():
        return
    command = [sys.executable, "-c", IMPORT, *EXTENSIONS]
    result = subprocess.run(
        command, env=os.environ | {"HOME": os.fspath(home)}, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise UserError(f"DuckDB's extensions could not be imported: {result.stderr.strip()[-500:]}")
    done.touch()


def command(layout: Layout) -> list[str]:
    return [
        *(sys.executable, "-m", "deploy.local.emulator", "start", "--persistent"),
        *("--data-dir", os.fspath(layout.home.data("bigquery") / "data")),
        *("--rest-host", HOST, "--rest-port", str(layout.ports["bigquery"])),
        *("--grpc-host", HOST, "--grpc-port", str(layout.ports["bigquery_grpc"])),
        *("--project", PROJECT, "--log-level", "warning", "--log-format", "console"),
    ]


def variables(layout: Layout) -> dict[str, str]:
    """The HOME that holds the extensions."""
    return {"HOME": os.fspath(_home(layout))}


def _home(layout: Layout) -> Path:
    return layout.home.data("bigquery") / "home"


def healthy(layout: Layout) -> None:
    """The REST API answers and the gRPC port is open. Raises ``UnhealthyError``."""
    health.http_ok(layout.url("bigquery", f"/bigquery/v2/projects/{PROJECT}/datasets"))
    health.accepts(HOST, layout.ports["bigquery_grpc"])
