"""One effect for one message: a write's result is kept in the write's own transaction, under an id of the message's."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from psycopg import AsyncConnection, Connection, Rollback
from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from store.outcomes import Refused

R = TypeVar("R")


class RequestMismatch(Exception):  # noqa: N818 - a mistake in the caller
    """The id belongs to another write, or to another pharmacy's."""


@dataclass(frozen=True, slots=True)
class Request(Generic[R]):
    """A write that is asked for: ``done`` is the type of its result, which JSON must hold."""

    id: UUID
    kind: str
    pharmacy_id: int | None
    contact_id: int | None
    at: datetime
    done: type[R]


async def once(
    connection: AsyncConnection[Any], request: Request[R], effect: Callable[[], Awaitable[R | Refused]]
) -> R | Refused:
    """What ``effect`` gave the first time, which is kept; later it is not called.

    One transaction, or part of the caller's. Writes of one pharmacy follow one another, so that what one has checked
    (credit, what is left to return) still holds when it commits. What a refused effect wrote is taken back; that it was
    refused is kept. Raises ``RequestMismatch``, and whatever ``effect`` raises, which keeps nothing.
    """
    async with connection.transaction():
        await connection.execute(_LOCK, [f"balcao.request/{request.pharmacy_id or request.id}"])
        cursor = await connection.execute(_FIND, [request.id])
        if (found := await cursor.fetchone()) is not None:
            return _kept(request, found)
        async with connection.transaction() as writing:
            result = await effect()
            if isinstance(result, Refused):
                raise Rollback(writing)
        await connection.execute(
            _KEEP,
            {
                "id": request.id,
                "kind": request.kind,
                "pharmacy": request.pharmacy_id,
                "contact": request.contact_id,
                "result": Jsonb(_packed(request.done, result)),
                "at": request.at,
            },
        )
        return result


async def inserted(connection: AsyncConnection[Any], statement: str, parameters: Mapping[str, Any]) -> int:
    """The id that an ``INSERT ... RETURNING id`` gave its row."""
    cursor = await connection.execute(statement.encode(), parameters)
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


def cut(words: str, most_bytes: int) -> str:
    """The words as the database can keep them: no control characters, at most so many bytes of UTF-8."""
    kept = _CONTROL.sub(" ", words).strip().encode("utf-8", "replace")[:most_bytes]
    return kept.decode("utf-8", "ignore").strip()


def prune(connection: Connection[Any], *, keep: timedelta, chunk: int = 5000) -> int:
    """Deletes requests older than ``keep``, ``chunk`` a transaction, and says how many. Blocks; for the owner's role.

    ``keep`` must be longer than a message can still be delivered again: the topic's retention.
    """
    deleted = 0
    while True:
        with connection.transaction():
            gone = connection.execute(_PRUNE, [keep, chunk]).rowcount
        deleted += gone
        if gone < chunk:
            return deleted


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ADAPTERS: dict[object, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def _packed(done: type[Any], result: object) -> dict[str, Any]:
    if isinstance(result, Refused):
        return {"refused": _adapter(Refused).dump_python(result, mode="json")}
    return {"done": _adapter(done).dump_python(result, mode="json")}


def _kept(request: Request[R], found: tuple[Any, ...]) -> R | Refused:
    kind, pharmacy_id, result = found
    if (kind, pharmacy_id) != (request.kind, request.pharmacy_id):
        raise RequestMismatch(f"the request {request.id} is a {kind} already, not this {request.kind}")
    before: R | Refused
    if "refused" in result:
        before = _adapter(Refused).validate_python(result["refused"])
    else:
        before = _adapter(request.done).validate_python(result["done"])
    return before


_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_FIND = "SELECT kind, pharmacy_id, result FROM requests WHERE id = %s"
_PRUNE = "DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE made_at < now() - %s LIMIT %s)"
_KEEP = """
INSERT INTO requests (id, kind, pharmacy_id, contact_id, result, made_at)
VALUES (%(id)s, %(kind)s, %(pharmacy)s, %(contact)s, %(result)s, %(at)s)
"""
