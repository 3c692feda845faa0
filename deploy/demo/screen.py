"""The demo's live table. Pure: from samples and counts to something rich can draw."""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from deploy.demo.counts import Counts
from deploy.demo.samples import HOPS, Samples, percentile

_NAMES = {
    "commit_to_topic_ms": "commit → topic",
    "commit_to_bigquery_ms": "commit → queryable in BigQuery",
    "commit_to_qdrant_ms": "commit → searchable in Qdrant",
    "message_to_reply_ms": "message → reply",
}
_BARS = "▁▂▃▄▅▆▇█"
_SHOWN = 32
_ANSWER = 240


def sparkline(values: Sequence[float]) -> str:
    """The newest values as bars from zero to the highest of them."""
    shown = values[-_SHOWN:]
    top = max(shown, default=0.0)
    if top <= 0:
        return ""
    return "".join(_BARS[min(len(_BARS) - 1, int(value / top * len(_BARS)))] for value in shown)


def render(
    samples: Samples, counts: Counts | None, addresses: Mapping[str, str], said: Sequence[tuple[str, str]], note: str
) -> RenderableType:
    """The whole screen. ``said`` holds the newest exchanges, question and answer; ``note`` is the line at the foot."""
    return Group(
        _latencies(samples),
        _counts(counts),
        Panel(_addresses(addresses), title="Open", title_align="left"),
        _conversation(said),
        Text(note, style="dim"),
    )


def _latencies(samples: Samples) -> Table:
    table = Table(title="Latency of each hop, measured just now", title_justify="left", expand=True)
    table.add_column("hop")
    for column in ("last", "p50", "p95", "n"):
        table.add_column(column, justify="right")
    table.add_column(f"newest {_SHOWN}", no_wrap=True, min_width=_SHOWN)
    for hop in HOPS:
        values = samples.by_hop[hop]
        cells = ["-"] * 3
        if values:
            cells = [f"{value:,.0f} ms" for value in (values[-1], percentile(values, 0.5), percentile(values, 0.95))]
        count = str(len(values)) + (f" (+{samples.missed[hop]} missed)" if samples.missed[hop] else "")
        table.add_row(_NAMES[hop], *cells, count, Text(sparkline(values), style="cyan"))
    return table


def _counts(counts: Counts | None) -> Table:
    table = Table(title="Records so far", title_justify="left", expand=True)
    names = (
        ("captured changes", "captured"),
        ("domain events", "domain_events"),
        ("search documents", "search_documents"),
        ("messages", "messages"),
        ("replies", "replies"),
        ("escalations", "escalations"),
        ("dead letters", "dead_letters"),
    )
    for name, _ in names:
        table.add_column(name, justify="right")
    table.add_row(*("-" if counts is None else f"{getattr(counts, field):,}" for _, field in names))
    return table


def _conversation(said: Sequence[tuple[str, str]]) -> Panel:
    lines = Text()
    for question, answer in said:
        lines.append(f"pharmacy  {question}\n", style="bold")
        lines.append(f"balcão    {brief(answer)}\n")
    lines.rstrip()
    return Panel(lines or Text("the first question is on its way"), title="On WhatsApp (simulated)", title_align="left")


def brief(answer: str) -> str:
    """The answer's first lines as one, so that a long list does not push the rest off the screen."""
    shown = " ".join(answer.split())
    return shown if len(shown) <= _ANSWER else shown[: _ANSWER - 1].rstrip() + "…"


def _addresses(addresses: Mapping[str, str]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, address in addresses.items():
        table.add_row(Text(name, style="bold"), address)
    return table
