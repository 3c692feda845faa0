"""Columns that a captured table gained while the stream runs: given to the warehouse's tables before the first row.

Whoever sees the new schema first adds the columns. Adding is idempotent, so that the other partitions and processes of
the group, and the same process after a restart, may do it again and find nothing to do.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from runtime.halt import RUNBOOK, Halt
from schemas import bigquery as tables
from schemas import evolution
from schemas.bigquery import Field
from schemas.topic import Avro, Topic

# https://cloud.google.com/bigquery/docs/schemas#column_names; ours begin with an underscore, and so do pseudo-columns.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,299}")
Reshape = Callable[[Sequence[Field], Sequence[Field]], Awaitable[None]]
"""Takes the columns that the tables hold beyond the register, and those of them that rows may bring from now on."""


class Columns(Protocol):
    """What is asked of the warehouse."""

    async def columns(self, name: str) -> Mapping[str, Field]:
        """The table's columns as they are now."""
        ...

    async def add(self, name: str, fields: Sequence[Field]) -> None:
        """Gives the table the columns it lacks."""
        ...


class Growth:
    """One topic's columns beyond the register. An instance is shared by the topic's partitions."""

    def __init__(self, topic: Topic, warehouse: Columns, reshape: Reshape) -> None:
        self._topic = topic
        self._warehouse = warehouse
        self._reshape = reshape
        self._register = {field.name: field for field in tables.row_fields(topic)}
        self._known: dict[str, Field] = {}
        self._sound = False
        self._turn = asyncio.Lock()

    async def admit(self, schema: Avro, offset: int) -> None:
        """Returns when the tables hold every column of that schema. Quick for one whose columns are known.

        Raises ``Halt`` in words for a column that the tables hold with another type, or cannot have; and what the
        server answers.
        """
        columns = evolution.columns_of(schema)
        extra = {name: field for name, field in columns.items() if name not in self._register}
        async with self._turn:
            if not self._sound or any(self._known.get(name) != field for name, field in extra.items()):
                await self._grow(extra, offset)

    async def resume(self) -> None:
        """Takes over what an earlier process added. A conflict is left to ``admit``, so that it stops this topic only.

        Raises what the server answers.
        """
        async with self._turn:
            self._sound = not await self._brought({})

    async def restore(self, offset: int) -> None:
        """Adds again what somebody took away. Raises as ``admit`` does."""
        async with self._turn:
            await self._grow({}, offset)

    async def _grow(self, extra: Mapping[str, Field], offset: int) -> None:
        wanted = {**self._known, **extra}
        if wrong := await self._brought(wanted):
            raise self._halt(offset, wrong)
        self._known, self._sound = wanted, True

    async def _brought(self, wanted: Mapping[str, Field]) -> list[str]:
        """Brings the tables to the columns; returns why that cannot be, and then has changed nothing."""
        names = [tables.history_name(self._topic)]
        if tables.current(self._topic) is not None:
            names.append(tables.current_name(self._topic))
        beyond: dict[str, Field] = {}
        wrong: list[str] = []
        for name in names:
            held = await self._warehouse.columns(name)
            wrong += self._conflicts(name, held, wanted)
            beyond |= {field.name: field for field in held.values() if self._is_beyond(field)}
        if wrong:
            return wrong
        beyond |= wanted
        for name in names:
            await self._warehouse.add(name, [*self._register.values(), *beyond.values()])
        await self._reshape(list(beyond.values()), list(wanted.values()))
        return []

    def _is_beyond(self, field: Field) -> bool:
        return field.name not in self._register and not field.name.startswith("_")

    def _conflicts(self, table: str, held: Mapping[str, Field], wanted: Mapping[str, Field]) -> list[str]:
        found = []
        for name, field in {**self._register, **wanted}.items():
            known, there = self._known.get(name), held.get(name)
            if not _NAME.fullmatch(name):
                found.append(f"BigQuery has no column of the name {name}")
            elif known is not None and not evolution.fits(field, known):
                found.append(_changed(name, known, field))
            elif there is not None and not _holds(there, field):
                found.append(
                    f"column {name} is {evolution.in_words(field)}, BigQuery's table {table} has it as "
                    f"{evolution.in_words(there)}"
                )
        return found

    def _halt(self, offset: int, sentences: Sequence[str]) -> Halt:
        name = tables.table_name(self._topic)
        return Halt(f"{name} stopped at offset {offset}: {'; '.join(sentences)}; see {RUNBOOK}", offset)


def _changed(name: str, was: Field, now: Field) -> str:
    return f"column {name} changed from {evolution.in_words(was)} to {evolution.in_words(now)}"


def _holds(there: Field, field: Field) -> bool:
    """Whether BigQuery's column takes the values; how they arrive (the semantic) is the encoder's business."""
    if there.type != field.type or there.mode is not field.mode:
        return False
    return field.precision is None or evolution.fits(field, there)
