"""docker-compose.yml, as far as it can be checked without an engine."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from pydantic_settings import BaseSettings

from connectors.postgres import configs
from deploy.cli import build
from runtime import settings

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
NEEDS: dict[str, tuple[type[BaseSettings], ...]] = {
    "webhook": (settings.KafkaSettings, settings.RegistrySettings, settings.WebhookSettings),
    "streams": (settings.KafkaSettings, settings.RegistrySettings, settings.MarketplaceReader),
    "events": (settings.KafkaSettings, settings.RegistrySettings),
    "customer": (
        settings.KafkaSettings,
        settings.RegistrySettings,
        settings.MarketplaceReader,
        settings.MarketplaceAgent,
        settings.PlatformAgent,
        settings.ChannelSettings,
        settings.QdrantSettings,
    ),
    "bigquery": (settings.KafkaSettings, settings.RegistrySettings, settings.BigQuerySettings),
    "qdrant": (settings.KafkaSettings, settings.RegistrySettings, settings.QdrantSettings),
    "whatsapp": (
        settings.KafkaSettings,
        settings.RegistrySettings,
        settings.PlatformSender,
        settings.WhatsAppSettings,
    ),
}


def compose() -> dict[str, Any]:
    return cast(dict[str, Any], yaml.safe_load(FILE.read_text(encoding="utf-8")))


def services() -> dict[str, dict[str, Any]]:
    return cast(dict[str, dict[str, Any]], compose()["services"])


@pytest.mark.parametrize(
    ("schema", "path"),
    [("vendor.compose-spec", FILE), ("vendor.github-workflows", ROOT / ".github/workflows/ci.yml")],
)
def test_file_follows_its_official_schema(schema: str, path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_dependencies_and_their_conditions_can_hold() -> None:
    known = services()
    for name, service in known.items():
        for other, rule in service.get("depends_on", {}).items():
            assert other in known, f"{name} waits for {other}, which is no service"
            if rule["condition"] == "service_healthy":
                assert "healthcheck" in known[other], f"{name} waits for {other} to be healthy; it has no health check"


def test_every_variable_is_explained_in_the_example_file() -> None:
    used = set(re.findall(r"\$\{([A-Z_]+)", FILE.read_text(encoding="utf-8")))
    example = (ROOT / "deploy/compose.env.example").read_text(encoding="utf-8")
    assert used == set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))


def test_no_secret_stands_in_the_file() -> None:
    for name, service in services().items():
        for key, value in service.get("environment", {}).items():
            if any(word in key for word in ("PASSWORD", "SECRET", "TOKEN", "API_KEY")):
                assert str(value).startswith("${"), f"{name}.{key} holds its value inline"


def test_ports_are_published_on_loopback_only() -> None:
    published = [port for service in services().values() for port in service.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_everything_built_is_here() -> None:
    for service in services().values():
        recipe = service.get("build")
        if recipe and "image" in service:
            dockerfile = ROOT / recipe["dockerfile"]
            text = dockerfile.read_text(encoding="utf-8")
            for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
                for source in line.split()[:-1]:
                    assert (ROOT / source).exists(), f"{dockerfile.name} copies {source}, which is not here"


def test_named_volumes_are_declared() -> None:
    declared = set(compose()["volumes"])
    mounts = [mount.split(":")[0] for service in services().values() for mount in service.get("volumes", ())]
    assert {mount for mount in mounts if not mount.startswith(("/", "."))} == declared
    assert all((ROOT / mount).exists() for mount in mounts if mount.startswith("."))


def stations() -> set[str]:
    for entry in build().registered_groups:
        group = entry.typer_instance
        if group is not None and group.info.name == "run":
            return {str(command.name) for command in group.registered_commands}
    raise AssertionError("the command line has no group `run`")


def test_every_station_runs_with_exactly_the_settings_it_needs() -> None:
    found = {}
    for service in services().values():
        command = service.get("command", [])
        if command[:2] == ["balcao", "run"]:
            found[command[2]] = set(service["environment"])
    assert set(found) == set(NEEDS) == stations()
    for station, classes in NEEDS.items():
        known = {
            (str(cls.model_config["env_prefix"]) + name).upper(): field.is_required()
            for cls in classes
            for name, field in cls.model_fields.items()
        }
        required = {name for name, needed in known.items() if needed}
        assert required <= found[station], f"{station} lacks {required - found[station]}"
        assert found[station] <= set(known), f"{station} is given {found[station] - set(known)}, which it does not need"


def test_connect_is_given_every_variable_the_connectors_refer_to() -> None:
    referred = {
        name
        for connector in configs.connectors()
        for value in connector.config.values()
        for name in re.findall(r"\$\{env:([A-Z_]+)\}", value)
    }
    assert referred <= set(services()["connect"]["environment"])
