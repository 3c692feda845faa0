"""What a person should know of a running stack beside its programs: tables that changed, partitions that wait."""

from collections import Counter

import httpx
from prometheus_client.parser import text_string_to_metric_families

from deploy.local import security
from deploy.local.programs import PROGRAMS
from deploy.local.stack import Stack
from runtime import drift, metrics
from runtime.codec import Decoder
from runtime.errors import UserError
from runtime.halt import CREDENTIALS, NOT_REDRIVEN, ROWS_MISSING, RUNBOOK, SCHEMA, TABLE_MISSING
from runtime.letters import shelf
from runtime.registry import Registry, RegistryUnavailable
from runtime.settings import RegistrySettings
from schemas import access
from schemas.topics import TOPICS

_WAREHOUSE = "docs/runbooks/warehouse.md"
_HALTED = {
    SCHEMA: f"a record that it may not pass, see {RUNBOOK}.",
    TABLE_MISSING: f"its table is gone from BigQuery; restore it, see {_WAREHOUSE}.",
    ROWS_MISSING: f"its table in BigQuery lacks rows that were confirmed; restore it, see {_WAREHOUSE}.",
    CREDENTIALS: f"BigQuery refuses the credentials; give them the rights, see {_WAREHOUSE}.",
    NOT_REDRIVEN: "somebody wrote a record there by hand; see docs/runbooks/dead-letters.md.",
}
_WAITING = {
    metrics.REGISTRY: "the schema registry does not answer; it goes on when that does.",
    metrics.WAREHOUSE: "BigQuery does not answer; it goes on when that does.",
    metrics.WAREHOUSE_CREDENTIALS: f"BigQuery refuses the credentials; give them the rights, see {_WAREHOUSE}.",
    metrics.MERGES: "tables of current rows are not merged, see `balcao logs bigquery-sink`; their views stay right.",
}
_SECONDS = 2.0


def read(stack: Stack) -> list[str]:
    """A sentence for each; none of what does not answer now. Blocks for some seconds at most."""
    return [*_stations(stack), *_waiting(stack), *_drifted(stack)]


def _stations(stack: Stack) -> list[str]:
    layout, found = stack.layout(), []
    ports = {port for program in PROGRAMS.values() for port in program.ports if port.endswith("_metrics")}
    for port in sorted(ports):
        try:
            found += sentences(httpx.get(layout.url(port, "/metrics"), timeout=_SECONDS).text)
        except httpx.TransportError:
            continue
    return found


def sentences(text: str) -> list[str]:
    """What one station's metrics say that a person should know."""
    found = []
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = sample.labels
            if family.name == "balcao_halted_at_offset":
                where = (
                    f"{labels['group']} halted at offset {sample.value:.0f} of {labels['topic']}[{labels['partition']}]"
                )
                found.append(f"{where}: {_HALTED[labels['cause']]} The others go on; nothing is lost.")
            elif family.name == "balcao_waits_for" and sample.value:
                found.append(f"{labels['group']} waits: {_WAITING[labels['cause']]} Nothing is lost.")
    return found


def _drifted(stack: Stack) -> list[str]:
    settings = RegistrySettings(url=stack.environment()["BALCAO_REGISTRY_URL"])
    try:
        kafka = security.settings(stack.layout(), access.ADMIN)
        return [found.sentence for found in drift.find(settings, kafka, TOPICS)]
    except (RegistryUnavailable, UserError):
        return []


def _waiting(stack: Stack) -> list[str]:
    """How many dead letters wait for a decision, by cause."""
    registry = Registry(RegistrySettings(url=stack.environment()["BALCAO_REGISTRY_URL"]))
    try:
        letters = shelf.read(
            security.settings(stack.layout(), access.ADMIN), Decoder(registry), seconds=_SECONDS
        ).waiting()
    except (UserError, RegistryUnavailable):
        return []
    finally:
        registry.close()
    causes = ", ".join(
        f"{count} x {cause}" for cause, count in Counter(each.said.cause for each in letters).most_common()
    )
    one = len(letters) == 1
    return (
        [f"{len(letters)} dead letter{'' if one else 's'} wait{'s' if one else ''} ({causes}): see `balcao dlq list`."]
        if letters
        else []
    )
