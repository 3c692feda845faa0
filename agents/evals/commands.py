"""Commands that measure the agents."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from agents.evals.understanding import Report


def understanding(
    cases: Annotated[Path, typer.Option(help="JSON lines of text, flow, flows and entities.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
) -> None:
    """Score the offline Portuguese understanding on a file of messages; needs no stack."""
    from agents.evals.cases import read_cases
    from agents.evals.understanding import measure
    from agents.understanding.offline import OfflineUnderstanding
    from agents.understanding.protocol import Context

    read = read_cases(cases)
    offline = OfflineUnderstanding()
    report = measure(read, lambda text: offline.read(text, Context()))
    if as_json:
        typer.echo(json.dumps(report.as_dict()))
    else:
        _show(report)


def _show(report: "Report") -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print("  ".join(f"{name} {value}" for name, value in report.as_dict().items()))
    flows = Table("flow", "cases", "named", "right", "F1")
    for score in report.flows:
        flows.add_row(score.flow, str(score.cases), str(score.named), str(score.right), f"{score.f1:.2f}")
    entities = Table("entity", "meant", "found", "right")
    for name, counts in report.entities.items():
        entities.add_row(name, *map(str, counts))
    confusions = Table("meant", "named", "times")
    for meant, named, times in report.confusions[:25]:
        confusions.add_row(meant, named, str(times))
    for table in (flows, entities, confusions):
        if table.row_count:
            console.print(table)
