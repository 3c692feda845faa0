"""What a person should know of a running stack beside its programs: tables that changed, partitions that wait."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.programs import PROGRAMS
from deploy.local.stack import Stack
from runtime import drift
from runtime.halt import RUNBOOK
from runtime.registry import RegistryUnavailable
from runtime.settings import RegistrySettings
from schemas.topics import TOPICS

_GAUGE = "balcao_halted_at_offset"
_SECONDS = 2.0


def read(stack: Stack) -> list[str]:
    """A sentence for each; none of what does not answer now. Blocks for some seconds at most."""
    return [*_halted(stack), *_drifted(stack)]


def _halted(stack: Stack) -> list[str]:
    layout, sentences = stack.layout(), []
    ports = {port for program in PROGRAMS.values() for port in program.ports if port.endswith("_metrics")}
    for port in sorted(ports):
        try:
            text = httpx.get(layout.url(port, "/metrics"), timeout=_SECONDS).text
        except httpx.TransportError:
            continue
        for family in text_string_to_metric_families(text):
            for sample in family.samples if family.name == _GAUGE else ():
                where = f"{sample.labels['topic']}[{sample.labels['partition']}]"
                halt = f"{sample.labels['group']} halted at offset {sample.value:.0f} of {where}"
                sentences.append(f"{halt}; the others go on. See {RUNBOOK}.")
    return sentences


def _drifted(stack: Stack) -> list[str]:
    settings = RegistrySettings(url=stack.environment()["BALCAO_REGISTRY_URL"])
    try:
        return [found.sentence for found in drift.find(settings, TOPICS)]
    except RegistryUnavailable:
        return []
