"""The schema registry: Apicurio, which speaks Confluent's API, keeping its schemas in PostgreSQL."""

from collections.abc import Sequence

from deploy.local import java
from deploy.local.artifacts import Artifact
from deploy.local.java import Java
from deploy.local.layout import HOST, Layout


def _runner(artifacts: Sequence[Artifact]) -> list[str]:
    _, name, _, _, version = artifacts[0].coordinate.split(":")
    return [f"{name}-{version}-runner.jar"]


REGISTRY = Java("registry", bundle="registry", heap="192m", jars=_runner)


def prepare(layout: Layout) -> None:
    """Write its Java options; the rest of its configuration is its environment."""
    (jar,) = _runner(layout.bundles.lock.bundle("registry"))
    java.prepare(layout, REGISTRY, ["-jar", str(layout.bundles.path("registry") / jar)])


def variables(layout: Layout) -> dict[str, str]:
    """Its configuration, which it takes from the environment."""
    return {
        "APICURIO_STORAGE_KIND": "sql",
        "APICURIO_STORAGE_SQL_KIND": "postgresql",
        "APICURIO_DATASOURCE_URL": f"jdbc:postgresql://{layout.address('postgres')}/registry",
        "APICURIO_DATASOURCE_USERNAME": "registry",
        "APICURIO_DATASOURCE_PASSWORD": layout.credentials.password("registry"),
        "QUARKUS_HTTP_HOST": HOST,
        "QUARKUS_HTTP_PORT": str(layout.ports["registry"]),
        "QUARKUS_LOG_CONSOLE_JSON": "false",
    }
