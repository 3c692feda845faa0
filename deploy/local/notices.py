"""What a person should know of a running stack beside its programs: tables that changed, partitions that wait."""

from collections import Counter

import httpx
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.programs import PROGRAMS
from deploy.local.stack import Stack
from runtime import drift
from runtime.codec import Decoder
from runtime.errors import UserError
from runtime.halt import RUNBOOK
from runtime.letters import shelf
from runtime.registry import Registry, RegistryUnavailable
from runtime.settings import KafkaSettings, RegistrySettings
from schemas.topics import TOPICS

_GAUGE = "balcao_halted_at_offset"
_SECONDS = 2.0


def read(stack: Stack) -> list[str]:
    """A sentence for each; none of what does not answer now. Blocks for some seconds at most."""
    return [*_halted(stack), *_waiting(stack), *_drifted(stack)]


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


def _waiting(stack: Stack) -> list[str]:
    """How many dead letters wait for a decision, by cause."""
    environment = stack.environment()
    prefix = KafkaSettings.model_config.get("env_prefix", "")
    kafka = {name.removeprefix(prefix).lower(): value for name, value in environment.items() if name.startswith(prefix)}
    registry = Registry(RegistrySettings(url=environment["BALCAO_REGISTRY_URL"]))
    try:
        letters = shelf.read(KafkaSettings.model_validate(kafka), Decoder(registry), seconds=_SECONDS).waiting()
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
