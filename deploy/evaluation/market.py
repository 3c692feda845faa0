"""A market of size S for evaluations: PostgreSQL and the product index, nothing else; the same at each run's begin."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.local.home import CHECKOUT, default_root
from deploy.local.postgres import SUPERUSER
from deploy.local.stack import Stack

PORT_BASE = 25_000
_NEEDED = ("postgres", "qdrant", "migrate", "seed")
_DATABASES = {"marketplace": "marketplace_owner", "platform": "platform_owner"}


@contextmanager
def market(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Starts it, yields the settings to reach it, stops it. Blocks: about 20 s the first time in a day, then 5 s.

    It lives beside the local stack's data, on ports from ``BALCAO_EVAL_PORT_BASE`` (25000). Each run begins with the
    market as it was seeded. A market of another day, or of other migrations, is made anew: late orders stay late.
    """
    root = default_root(environ) / "eval"
    stack = Stack(root, port_base=int(environ.get("BALCAO_EVAL_PORT_BASE", PORT_BASE)), environ=environ)
    made_of = _made_of()
    mark = root / "made-of"
    if not mark.exists() or mark.read_text() != made_of:
        stack.clean()
    try:
        stack.up(stations=False, without=_others())
        _fresh(stack, keep=not mark.exists())
        mark.write_text(made_of)
        yield stack.environment()
    finally:
        stack.down()


def _others() -> tuple[str, ...]:
    from deploy.local.bootstrap import STEPS
    from deploy.local.programs import INFRASTRUCTURE

    names = [program.name for program in INFRASTRUCTURE] + list(STEPS)
    return tuple(name for name in names if name not in _NEEDED)


def _fresh(stack: Stack, *, keep: bool) -> None:
    """Keeps a copy of each database as it was seeded, or puts that copy in the database's place."""
    with psycopg.connect(stack.layout().dsn(SUPERUSER, "postgres"), autocommit=True) as connection:
        for name, owner in _DATABASES.items():
            source, target = (name, f"{name}_seeded") if keep else (f"{name}_seeded", name)
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(target))
            connection.execute(drop)
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                    sql.Identifier(target), sql.Identifier(source), sql.Identifier(owner)
                )
            )


def _made_of() -> str:
    """The day, and a digest of what makes the market."""
    digest = hashlib.sha256()
    for folder in ("store/migrations", "store/generator"):
        for path in sorted(Path(CHECKOUT, folder).rglob("*.[ps][yq]*")):
            digest.update(path.read_bytes())
    return f"{datetime.now(UTC).date()} {digest.hexdigest()}"


@contextmanager
def settings(variables: Mapping[str, str]) -> Iterator[None]:
    """Puts the variables into the environment, and takes them out again."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
