"""Progress of long loads, for a person at a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


@contextmanager
def rows_shown() -> Iterator[Callable[[str, int], None]]:
    """A function that takes what is being done and how many rows of it are; shown on standard error.

    On a terminal one line a subject that counts; elsewhere nothing, so that logs stay short.
    """
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,}"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as shown:
        tasks: dict[str, TaskID] = {}

        def report(subject: str, rows: int) -> None:
            if subject not in tasks:
                tasks[subject] = shown.add_task(subject, total=None)
            shown.update(tasks[subject], completed=rows)

        yield report
