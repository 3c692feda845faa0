"""`balcao up|down|status|logs` and what the Makefile uses besides."""

import contextlib
import shlex
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from deploy.local.progress import Reporter

Stations = Annotated[bool, typer.Option("--stations/--no-stations", help="Also run the platform's own stations.")]


Secure = Annotated[
    bool | None,
    typer.Option(
        "--secure/--no-secure",
        help="Whether the broker of a new home asks who one is (SCRAM, access lists); remembered from then on.",
    ),
]


def up(stations: Stations = True, secure: Secure = None) -> None:
    """Start the local stack, or what is missing of it."""
    from deploy.local.stack import Stack

    began = time.monotonic()
    with reporter() as report:
        Stack(reporter=report).up(stations, secure=secure)
        report.say(f"The stack is up after {time.monotonic() - began:.1f} s. `balcao status` shows it.")


def down() -> None:
    """Stop the local stack; the data stays."""
    from deploy.local.stack import Stack

    with reporter() as report:
        Stack(reporter=report).down()
        report.say("The stack is down.")


def status(as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False) -> None:
    """Show each program: state, health, process id, port, uptime, memory; exit 1 unless all that runs is healthy."""
    from deploy.local import notices
    from deploy.local import status as report
    from deploy.local.stack import Stack

    stack = Stack()
    rows = report.collect(stack)
    typer.echo(report.as_json(rows) if as_json else report.as_table(rows), nl=as_json)
    if rows and not as_json:
        for sentence in notices.read(stack):
            typer.echo(sentence)
    if not rows or not all(row.fine for row in rows):
        raise typer.Exit(1)


def logs(
    program: Annotated[str | None, typer.Argument(help="One program; all when left out.")] = None,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on until interrupted.")] = False,
    lines: Annotated[int, typer.Option("-n", "--lines", min=0, help="How many of the last lines to begin with.")] = 20,
) -> None:
    """Show what the programs wrote."""
    from deploy.local import logs as reading
    from deploy.local.stack import Stack

    reading.show(Stack().home, program, follow=follow, lines=lines)


def env() -> None:
    """Print the settings of the running stack, secrets included, for `eval "$(balcao env)"`."""
    from deploy.local.environment import environment

    for name, value in environment().items():
        typer.echo(f"export {name}={shlex.quote(value)}")


def clean() -> None:
    """Stop the local stack and remove all of its data."""
    from deploy.local.stack import Stack

    Stack().clean()


def lock() -> None:
    """Resolve the Java programs anew and write artifacts.lock.toml."""
    from deploy.local.relock import relock

    relock()


@contextlib.contextmanager
def reporter() -> "Iterator[Reporter]":
    """Lines that change in place on a terminal, plain ones otherwise."""
    from rich.console import Console

    from deploy.local.progress import Lines, Live

    console = Console()
    if console.is_terminal:
        with Live(console) as live:
            yield live
    else:
        yield Lines(console)
