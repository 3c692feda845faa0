"""What people see while the stack comes up: one line a program, with seconds and, for downloads, megabytes."""

import threading
import time
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

MEGABYTE = 1_000_000


class Reporter(Protocol):
    """Told what happens, from several threads."""

    def doing(self, name: str, what: str) -> None:
        """``name`` does this now."""

    def downloaded(self, label: str, done: int, total: int) -> None:
        """``done`` of ``total`` bytes of the bundle ``label`` are here."""

    def ready(self, name: str, seconds: float, note: str = "") -> None:
        """``name`` is done, after ``seconds`` of its own work."""

    def say(self, sentence: str) -> None:
        """A sentence between the lines."""


class Quiet:
    """Reports nothing; for tests."""

    def doing(self, name: str, what: str) -> None:
        return

    def downloaded(self, label: str, done: int, total: int) -> None:
        return

    def ready(self, name: str, seconds: float, note: str = "") -> None:
        return

    def say(self, sentence: str) -> None:
        return


class Lines(Quiet):
    """Plain lines, for a log: what is done, and each further fifth of a download."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._fifths: dict[str, int] = {}
        self._lock = threading.Lock()

    def downloaded(self, label: str, done: int, total: int) -> None:
        fifth = 5 * done // total if total else 5
        with self._lock:
            if fifth <= self._fifths.get(label, 0):
                return
            self._fifths[label] = fifth
        self.say(f"  {label:<14} downloaded {done / MEGABYTE:,.0f} of {total / MEGABYTE:,.0f} MB")

    def ready(self, name: str, seconds: float, note: str = "") -> None:
        self.say(f"  {name:<14} ready in {seconds:5.1f} s  {note}".rstrip())

    def say(self, sentence: str) -> None:
        self._console.print(sentence, markup=False, highlight=False, soft_wrap=True)


class Live(Quiet):
    """Lines that change in place, for a terminal. Use as a context manager."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.fields[name]:<14}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[seconds]:>6}"),
            TextColumn("{task.fields[note]}", markup=False),
            console=console,
        )
        self._lock = threading.Lock()
        self._rows: dict[str, tuple[TaskID, float]] = {}

    def __enter__(self) -> "Live":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def doing(self, name: str, what: str) -> None:
        row, since = self._row(name)
        self._progress.update(row, note=what, seconds=f"{time.monotonic() - since:.1f} s")

    def downloaded(self, label: str, done: int, total: int) -> None:
        row, since = self._row(f"↓ {label}")
        seconds = f"{time.monotonic() - since:.1f} s"
        note = f"{done / MEGABYTE:,.0f} of {total / MEGABYTE:,.0f} MB"
        self._progress.update(row, completed=done, total=total, note=note, seconds=seconds)

    def ready(self, name: str, seconds: float, note: str = "") -> None:
        row, _ = self._row(name)
        self._progress.update(row, completed=1, total=1, note=note, seconds=f"{seconds:.1f} s")

    def say(self, sentence: str) -> None:
        self._progress.console.print(sentence, markup=False, highlight=False)

    def _row(self, name: str) -> tuple[TaskID, float]:
        with self._lock:
            if name not in self._rows:
                row = self._progress.add_task("", total=None, name=name, note="", seconds="")
                self._rows[name] = (row, time.monotonic())
            return self._rows[name]
