"""The Kafka Connect worker that runs Debezium."""

from deploy.local import java, security
from deploy.local.java import Java
from deploy.local.layout import Layout

WORKER = Java("connect", bundle="kafka", heap="384m")
CONVERTER = "io.confluent.connect.avro.AvroConverter"


def prepare(layout: Layout) -> None:
    """Write the worker's configuration."""
    layout.home.data("connect").mkdir(exist_ok=True)
    configuration = layout.home.data("connect") / "worker.properties"
    configuration.write_text(java.properties(settings(layout)))
    java.prepare(layout, WORKER, ["org.apache.kafka.connect.cli.ConnectDistributed", str(configuration)])


def settings(layout: Layout) -> dict[str, object]:
    """The worker's properties. A connector may write ``${env:BALCAO_...}`` for what must not be in its JSON."""
    registry = layout.url("registry", "/apis/ccompat/v7")
    return {
        "bootstrap.servers": layout.address("kafka"),
        "group.id": "balcao.connect",
        "listeners": layout.url("connect"),
        "rest.advertised.host.name": "127.0.0.1",
        "rest.advertised.port": layout.ports["connect"],
        "plugin.path": f"{layout.bundles.path('debezium')},{layout.bundles.path('avro')}",
        # Every plugin in the two bundles has a service manifest (bundles.py adds the converter's).
        "plugin.discovery": "service_load",
        "key.converter": CONVERTER,
        "key.converter.schema.registry.url": registry,
        "value.converter": CONVERTER,
        "value.converter.schema.registry.url": registry,
        "config.providers": "env",
        "config.providers.env.class": "org.apache.kafka.common.config.provider.EnvVarConfigProvider",
        "config.providers.env.param.allowlist.pattern": "BALCAO_.*",
        "connector.client.config.override.policy": "All",
        "scheduled.rebalance.max.delay.ms": 0,
        # How long a killed worker's place in the group stays taken; less is not allowed by the broker.
        "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 2000,
        # How much a killed worker repeats.
        "offset.flush.interval.ms": 1000,
        "config.storage.topic": "balcao.connect.configs",
        "config.storage.replication.factor": 1,
        "offset.storage.topic": "balcao.connect.offsets",
        "offset.storage.partitions": 1,
        "offset.storage.replication.factor": 1,
        "status.storage.topic": "balcao.connect.status",
        "status.storage.partitions": 1,
        "status.storage.replication.factor": 1,
    } | security.connect(layout)
