"""Programs that read a topic, to copy: complete, and the same wherever the broker is. Pure.

Addresses, names and the password come from the environment, in the variables of our own client, ``BALCAO_EVENTS_*``.
"""

from collections.abc import Mapping

from runtime.settings import KafkaSettings, RegistrySettings
from runtime.subscribe import Subscribed
from schemas import access
from schemas.client.topics import constant_of
from schemas.topic import Topic

PREFIX = "BALCAO_EVENTS_"
PASSWORD = f"{PREFIX}PASSWORD"
LANGUAGES = ("python", "java", "kcat")


def environment(found: Subscribed, kafka: KafkaSettings, registry: RegistrySettings) -> dict[str, str]:
    """The variables that the programs take their settings from, all but the password; no more than they need."""
    values = {"BOOTSTRAP": kafka.bootstrap_servers, "REGISTRY": registry.url}
    if found.secure:
        values["USERNAME"] = found.principal
        if kafka.sasl_mechanism != "SCRAM-SHA-512":
            values["MECHANISM"] = kafka.sasl_mechanism or ""
    if kafka.security_protocol != ("SASL_SSL" if found.secure else "PLAINTEXT"):
        values["SECURITY_PROTOCOL"] = kafka.security_protocol
    if kafka.ssl_ca_location:
        values["CA_FILE"] = kafka.ssl_ca_location
    return {PREFIX + name: value for name, value in values.items()}


def programs(topic: Topic, team: str, *, secure: bool = True) -> Mapping[str, str]:
    """A program in each of ``LANGUAGES``, with a line break at its end; ``secure`` ones sign in."""
    group, user = access.consumer_group(team, topic.name), access.principal(team)
    return {
        "python": _python(topic, group),
        "java": _java(topic, group, user if secure else None),
        "kcat": _kcat(topic, group, user if secure else None),
    }


def _python(topic: Topic, group: str) -> str:
    return f"""# pip install balcao-events (from clients/python)
from balcao_events import consume, topics

for event in consume(topics.{constant_of(topic)}, group="{group}"):
    print(event.id, event.subject, event.time, flush=True)
"""


def _java(topic: Topic, group: str, user: str | None) -> str:
    module = "org.apache.kafka.common.security.scram.ScramLoginModule"
    protocol = "PLAINTEXT" if user is None else "SASL_SSL"
    sign_in = f"""
        config.put("sasl.mechanism", env.getOrDefault("{PREFIX}MECHANISM", "SCRAM-SHA-512"));
        config.put("sasl.jaas.config", "{module} required "
            + "username=\\"{user}\\" password=\\"" + env.get("{PASSWORD}") + "\\";");"""
    return f"""// org.apache.kafka:kafka-clients, io.confluent:kafka-avro-serializer
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

public class Read {{
    public static void main(String[] arguments) {{
        var env = System.getenv();
        var config = new Properties();
        config.put("bootstrap.servers", env.get("{PREFIX}BOOTSTRAP"));
        config.put("schema.registry.url", env.get("{PREFIX}REGISTRY"));
        config.put("security.protocol", env.getOrDefault("{PREFIX}SECURITY_PROTOCOL", "{protocol}"));{
        "" if user is None else sign_in
    }
        config.put("group.id", "{group}");
        config.put("auto.offset.reset", "earliest");
        config.put("enable.auto.commit", "false");
        config.put("key.deserializer", StringDeserializer.class);
        config.put("value.deserializer", KafkaAvroDeserializer.class);
        try (var consumer = new KafkaConsumer<String, GenericRecord>(config)) {{
            consumer.subscribe(List.of("{topic.name}"));
            while (true) {{
                for (var record : consumer.poll(Duration.ofSeconds(1)))
                    System.out.println(record.value().get("id") + " " + record.key());
                consumer.commitSync();
            }}
        }}
    }}
}}
"""


def _kcat(topic: Topic, group: str, user: str | None) -> str:
    protocol = "PLAINTEXT" if user is None else "SASL_SSL"
    sign_in = (
        f'  -X sasl.mechanism="${{{PREFIX}MECHANISM:-SCRAM-SHA-512}}" \\\n'
        f'  -X sasl.username={user} -X sasl.password="${PASSWORD}" \\\n'
    )
    return f"""# `kcat -V` must list Avro, and librdkafka 2.6.1 or later: older ones cannot sign in to Kafka 4
kcat -b "${PREFIX}BOOTSTRAP" -X security.protocol="${{{PREFIX}SECURITY_PROTOCOL:-{protocol}}}" \\
{"" if user is None else sign_in}  -r "${PREFIX}REGISTRY" -s value=avro -X auto.offset.reset=earliest \\
  -G {group} {topic.name}
"""
