"""`balcao demo`."""

import signal
from typing import Annotated

import typer


def demo(
    once: Annotated[
        bool,
        typer.Option("--once", help="No screen: measure, print one JSON object as the last line, stop everything."),
    ] = False,
    samples: Annotated[int, typer.Option(min=1, help="With --once: how many samples of each hop.")] = 20,
    rate: Annotated[float, typer.Option(min=0.1, help="How many changes a second the market makes meanwhile.")] = 20,
) -> None:
    """Bring the whole platform up and show each hop's latency, measured just now."""
    from deploy.demo import live
    from deploy.demo import once as headless
    from deploy.local.commands import reporter
    from deploy.local.stack import Stack

    # A closed terminal or a supervisor's stop must end what was started here, just as Ctrl-C does.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: signal.raise_signal(signal.SIGINT))
    with reporter() as report:
        stack = Stack(reporter=report)
        try:
            stack.up()
        except BaseException:
            if once:
                stack.down()
            raise
    if once:
        headless.run(stack, samples=samples, rate=rate)
    else:
        live.run(stack, rate=rate)
