"""The broker: one node that is broker and controller (KRaft)."""

import base64
import uuid
from pathlib import Path

from deploy.local import java, security
from deploy.local.java import Java
from deploy.local.layout import Layout
from runtime.errors import UserError
from runtime.kafka import RECORD_BYTES

BROKER = Java("kafka", bundle="kafka", heap="384m")


def prepare(layout: Layout) -> None:
    """Write the configuration, and format the log folder when it is new (two seconds). Raises ``UserError``."""
    folder = layout.home.data("kafka")
    folder.mkdir(exist_ok=True)
    configuration = _configuration_file(layout)
    configuration.touch(mode=0o600)
    configuration.write_text(java.properties(settings(layout)))
    if not (folder / "data" / "meta.properties").exists():
        tool = ["kafka.tools.StorageTool", "format", "--cluster-id", _cluster_id(), "--config", str(configuration)]
        done = java.run(layout, BROKER, [*tool, *security.format_arguments(layout)])
        if done.returncode:
            raise UserError(f"Kafka could not format {folder / 'data'}: {(done.stderr or done.stdout).strip()[-500:]}")
    java.prepare(layout, BROKER, ["kafka.Kafka", str(configuration)])


def settings(layout: Layout) -> dict[str, object]:
    """The broker's properties: one replica of everything, few partitions for its own topics, no waiting for company."""
    controller = layout.address("kafka_controller")
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{layout.address('kafka')},CONTROLLER://{controller}",
        "advertised.listeners": f"PLAINTEXT://{layout.address('kafka')}",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": layout.home.data("kafka") / "data",
        "auto.create.topics.enable": "false",
        "num.partitions": 1,
        "default.replication.factor": 1,
        "min.insync.replicas": 1,
        "offsets.topic.num.partitions": 4,
        # How long a group that left is known: a topic with a consumer of the last 30 days cannot be removed.
        "offsets.retention.minutes": 43_200,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "group.initial.rebalance.delay.ms": 0,
        # How long a killed broker's place stays taken, from itself too.
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
        "num.network.threads": 2,
        "num.io.threads": 4,
        "message.max.bytes": RECORD_BYTES,
        # The default of 128 MB does not fit into the heap.
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
    } | security.broker(layout)


def _configuration_file(layout: Layout) -> Path:
    return layout.home.data("kafka") / "server.properties"


def _cluster_id() -> str:
    # Kafka's own form: 16 bytes in URL-safe base64 without padding, and not one that looks like an option.
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "_")
