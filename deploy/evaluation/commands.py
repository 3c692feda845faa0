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

_SCENARIOS = Path(__file__).parents[2] / "agents" / "evals" / "scenarios"
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
    named = files.scenarios(folder or _SCENARIOS)
    if _on_stage(lambda theatre: _judge(theatre, named, times, as_json=as_json)):
        raise typer.Exit(1)


def injections(
    cases: Annotated[Path, typer.Option(help="JSON lines of kind and text.")],
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


async def _talk(theatre: "Theatre", conversations: Any, *, as_json: bool) -> None:
    from agents.evals import run

    async for played in run.talk(theatre, conversations):
        if as_json:
            _print(played.as_dict())
        else:
            _show(played)


async def _judge(theatre: "Theatre", named: Any, times: int, *, as_json: bool) -> int:
    from agents.evals import run

    results = []
    async for result in run.judge(theatre, named, times=times):
        results.append(result)
        if not as_json:
            typer.echo(f"{'passed' if result.passed else 'FAILED'}  {result.name}")
            for wrong in dict.fromkeys(wrong for each in result.runs for wrong in each):
                typer.echo(f"        {wrong}")
    played = [each for result in results for each in result.played]
    failures = [
        {"scenario": result.name, "wrong": sorted({wrong for each in result.runs for wrong in each})}
        for result in results
        if not result.passed
    ]
    report = {
        "passed": sum(result.passed for result in results),
        "n": len(results),
        "k": times,
        "failures": failures,
        "containment": round(run.containment(played), 4),
        **run.latency(played),
        "cost_usd": str(sum((call.cost_usd for call in theatre.ledger.calls), Decimal())),
    }
    if as_json:
        _print(report)
    else:
        typer.echo("  ".join(f"{name} {value}" for name, value in report.items() if name != "failures"))
    return len(failures)


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
