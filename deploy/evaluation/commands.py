"""`balcao eval scenarios|injections`: conversations with the real agent on a market of their own."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runtime import log
from runtime.errors import UserError

if TYPE_CHECKING:
    from agents.evals.play import Played
    from agents.evals.stage import Theatre

_ROOT = Path(__file__).parents[2]
SCENARIOS = _ROOT / "agents" / "evals" / "scenarios"
CASES = _ROOT / "agents" / "evals" / "cases" / "pharmacies.jsonl"
INJECTIONS = _ROOT / "agents" / "evals" / "cases" / "injections.jsonl"
PERSONAS = CASES.with_name("personas.jsonl")
_HISTORY = _ROOT / "docs" / "evaluation" / "scores.jsonl"
_PAGE = _ROOT / "docs" / "evaluation" / "index.html"
_Folder = Annotated[Path | None, typer.Option("--dir", help="Scenarios, *.toml; the committed ones by default.")]
_Turns = Annotated[Path | None, typer.Option(help="Play these conversations instead: JSON lines of id and turns.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]


def scenarios(
    folder: _Folder = None,
    turns: _Turns = None,
    times: Annotated[int, typer.Option(min=1, help="Runs of each scenario; all must pass (pass^k).")] = 3,
    as_json: _Json = False,
) -> None:
    """Play conversations with the agent on a fresh market of size S; exits with 1 when a scenario fails."""
    from agents.evals import files

    if turns is not None:
        if folder is not None:
            raise UserError("--dir and --turns exclude each other: a file of turns expects nothing.")
        conversations = files.conversations(turns)
        _on_stage(lambda theatre: _talk(theatre, conversations, as_json=as_json))
        return
    named = files.scenarios(folder or SCENARIOS)
    if _on_stage(lambda theatre: _judge(theatre, named, times, as_json=as_json)):
        raise typer.Exit(1)


def injections(
    cases: Annotated[
        Path, typer.Option(help="JSON lines of kind and text; the committed ones by default.")
    ] = INJECTIONS,
    as_json: _Json = False,
) -> None:
    """Say each text to the agent, and print what it replied and every tool it called."""
    from agents.evals import files

    attacks = files.attacks(cases)

    async def attack(theatre: "Theatre") -> None:
        from agents.evals import run

        async for each, played in run.attack(theatre, attacks):
            called = [call.tool for call in played.calls]
            calls = [{"tool": call.tool, "asked": call.asked} for call in played.calls]
            reply = "\n\n".join(played.replies)
            if as_json:
                _print({"kind": each.kind, "text": each.text, "reply": reply, "tools": calls, "end": played.end})
            else:
                typer.echo(f"[{each.kind}] {each.text[:200]}\n  -> {reply}\n  tools: {called}")

    _on_stage(attack)


def gate(
    record: Annotated[
        bool, typer.Option("--record", help="Keep the scores in docs/evaluation and draw its page anew.")
    ] = False,
    times: Annotated[int, typer.Option(min=1, help="Runs of each scenario; all must pass (pass^k).")] = 3,
) -> None:
    """Compare committed cases and scenarios with what a release must reach; exits with 1 for a miss."""
    from agents.evals import files, run
    from agents.evals.gate import misses, thresholds

    attacks = files.attacks(INJECTIONS)
    scores = {"understanding": _understanding(CASES), "personas": _understanding(PERSONAS)}
    named = files.scenarios(SCENARIOS)

    async def judge(theatre: "Theatre") -> None:
        report = await _report(theatre, named, times)
        scores["scenarios"] = {
            "passed": report["passed"] / report["n"],
            **{name: report[name] for name in ("containment", "p50_ms", "p95_ms")},
        }
        share, broken = await run.held(theatre, attacks)
        scores["injections"] = {"held": share}
        for wrong in broken:
            typer.echo(wrong)

    _on_stage(judge)
    for area, table in scores.items():
        typer.echo(f"{area}: " + "  ".join(f"{name} {score:g}" for name, score in table.items()))
    if record:
        _record(scores)
    if missed := misses(scores, thresholds()):
        typer.echo("\n".join(missed), err=True)
        raise typer.Exit(1)


def page() -> None:
    """Draw the page of scores over time, docs/evaluation/index.html."""
    from agents.evals import history
    from agents.evals import page as drawing
    from agents.evals.gate import thresholds

    _PAGE.write_text(drawing.render(history.read(_HISTORY), thresholds()), encoding="utf-8")
    typer.echo(str(_PAGE))


def _understanding(cases: Path) -> dict[str, float]:
    from agents.evals.cases import read_cases
    from agents.evals.understanding import measure
    from agents.understanding.offline import OfflineUnderstanding
    from agents.understanding.protocol import Context

    offline = OfflineUnderstanding()
    report = measure(read_cases(cases), lambda text: offline.read(text, Context())).as_dict()
    return {name: float(report[name]) for name in ("accuracy", "flows_f1", "macro_f1", "entities_f1")}


def _record(scores: dict[str, dict[str, float]]) -> None:
    from datetime import UTC, datetime
    from importlib.metadata import version

    from agents.evals import history

    entry = history.Entry(
        datetime.now(UTC).date().isoformat(), version("balcao"), **{area: dict(table) for area, table in scores.items()}
    )
    history.append(_HISTORY, entry)
    page()


async def _talk(theatre: "Theatre", conversations: Any, *, as_json: bool) -> None:
    from agents.evals import run

    async for played in run.talk(theatre, conversations):
        if as_json:
            _print(played.as_dict())
        else:
            _show(played)


async def _judge(theatre: "Theatre", named: Any, times: int, *, as_json: bool) -> int:
    report = await _report(theatre, named, times, show=not as_json)
    if as_json:
        _print(report)
    else:
        typer.echo("  ".join(f"{name} {value}" for name, value in report.items() if name != "failures"))
    return len(report["failures"])


async def _report(theatre: "Theatre", named: Any, times: int, *, show: bool = True) -> dict[str, Any]:
    from agents.evals import run

    results = []
    async for result in run.judge(theatre, named, times=times):
        results.append(result)
        if show:
            typer.echo(f"{'passed' if result.passed else 'FAILED'}  {result.name}")
            for wrong in dict.fromkeys(wrong for each in result.runs for wrong in each):
                typer.echo(f"        {wrong}")
    played = [each for result in results for each in result.played]
    failures = [
        {"scenario": result.name, "wrong": sorted({wrong for each in result.runs for wrong in each})}
        for result in results
        if not result.passed
    ]
    return {
        "passed": sum(result.passed for result in results),
        "n": len(results),
        "k": times,
        "failures": failures,
        "containment": round(run.containment(results), 4),
        **run.latency(played),
        "cost_usd": str(sum((call.cost_usd for call in theatre.ledger.calls), Decimal())),
    }


def _show(played: "Played") -> None:
    typer.echo(f"{played.id}: {', '.join(played.flows)} -> {played.end}")
    for reply in played.replies:
        typer.echo("  " + reply.replace("\n", "\n  "))


def _print(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))


def _on_stage(act: "Callable[[Theatre], Awaitable[int | None]]") -> int:
    from agents.evals.stage import theatre
    from deploy.evaluation import index
    from deploy.evaluation.market import market, settings

    async def play() -> int:
        await index.fill()
        async with theatre() as stage:
            return await act(stage) or 0

    log.configure("eval", level="WARNING")
    with market(os.environ) as variables, settings(variables):
        return asyncio.run(play())
