"""Reads a price list row by row into the marketplace; what cannot be taken is kept aside with its reason."""

import csv
import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from psycopg import Connection

from connectors.pricelist.rows import COLUMNS, BadRow, parse
from runtime.errors import UserError
from store.pricelist import Counts, PriceRow, upsert

_REPORT_EVERY = 1000


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of every row of a list: ``read`` is what is in the database plus ``rejected``."""

    read: int
    rejected: int
    counts: Counts
    reject_file: Path | None

    def sentence(self) -> str:
        """For a person."""
        done = (
            f"Read {self.read:,} rows: {self.counts.new_products:,} new products, {self.counts.changed_products:,} "
            f"changed, {self.counts.unchanged_products:,} unchanged, {self.counts.new_suppliers:,} new manufacturers, "
            f"{self.rejected:,} rejected."
        )
        return f"{done} Rejected rows and why: {self.reject_file}" if self.reject_file else done


def import_file(
    connection: Connection[Any], path: Path, reject_file: Path, progress: Callable[[str, int], None]
) -> Summary:
    """Imports the whole list or, when this raises, nothing. Blocks; holds one row at a time.

    ``reject_file`` is written only when there is a row to reject. ``UserError`` when the file cannot be read as CSV or
    lacks a column.
    """
    try:
        with (
            path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as source,
            Rejects(reject_file) as rejects,
        ):
            reading = Reading(source, path, rejects, progress)
            counts = upsert(connection, reading.rows())
    except OSError as error:
        raise UserError(f"The price list {path} was not imported: {error.strerror or error}.") from error
    return Summary(reading.read, rejects.rows, counts, reject_file if rejects.rows else None)


class Rejects:
    """The file of rejected rows: line, reason, and the row's columns as they were."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None
        self.rows = 0

    def add(self, line: int, reason: str, values: list[str]) -> None:
        """Keeps a row."""
        if self._file is None:
            self._file = self._path.open("w", encoding="utf-8", errors="surrogateescape", newline="")
            csv.writer(self._file).writerow(("line", "reason", *COLUMNS))
        csv.writer(self._file).writerow((line, reason, *values))
        self.rows += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()


class Reading:
    """One pass over a list; ``read`` counts its rows, without the header and empty lines."""

    def __init__(self, source: TextIO, path: Path, rejects: Rejects, progress: Callable[[str, int], None]) -> None:
        self._reader = csv.reader(source, strict=True)
        self._path = path
        self._rejects = rejects
        self._progress = progress
        self.read = 0

    def rows(self) -> Iterator[PriceRow]:
        """The rows to import, in the file's order; others go to the rejects. Raises as ``import_file``."""
        header = self._header()
        places = [header.index(column) for column in COLUMNS]
        seen: dict[PriceRow, int] = {}
        for line, values in self._lines():
            self.read += 1
            if len(values) != len(header):
                self._rejects.add(line, f"the row has {len(values)} columns, the header {len(header)}", values)
                continue
            ours = [values[place] for place in places]
            try:
                row = parse(line, dict(zip(COLUMNS, ours, strict=True)))
            except BadRow as error:
                self._rejects.add(line, str(error), ours)
                continue
            first = seen.setdefault(dataclasses.replace(row, line=0), line)
            if first != line:
                self._rejects.add(line, f"the row repeats line {first}", ours)
                continue
            if self.read % _REPORT_EVERY == 0:
                self._progress("rows", self.read)
            yield row
        self._progress("rows", self.read)

    def _header(self) -> list[str]:
        header = next(self._lines(), (1, []))[1]
        missing = [column for column in COLUMNS if column not in header]
        if missing:
            raise UserError(
                f"The price list {self._path} lacks the column {', '.join(missing)}: "
                f"its first line must name {', '.join(COLUMNS)}."
            )
        return header

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        while True:
            line = self._reader.line_num + 1
            try:
                values = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise UserError(
                    f"The price list {self._path} is no CSV from line {line} on ({error}): close its quotes. "
                    "Nothing was imported."
                ) from error
            if values:
                yield line, values
