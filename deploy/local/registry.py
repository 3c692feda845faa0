"""The schema registry: Apicurio, which speaks Confluent's API, keeping its schemas in PostgreSQL."""

import os

from deploy.local import java
from deploy.local.layout import HOST, Layout

HEAP = "192m"


def command(layout: Layout) -> list[str]:
    jar = next(
        artifact.coordinate.split(":")[-1] for artifact in layout.bundles.lock.bundle("registry")
    )  # the version names the jar
    runner = layout.bundles.path("registry") / f"apicurio-registry-app-{jar}-runner.jar"
    return java.command(layout, heap=HEAP, arguments=["-jar", os.fspath(runner)])


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
