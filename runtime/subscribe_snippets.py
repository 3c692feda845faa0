"""Programs that read a topic, to copy: complete, and without the password, which they take from the environment."""

from collections.abc import Mapping
from textwrap import dedent

from runtime.settings import KafkaSettings, RegistrySettings
from runtime.subscribe import Subscribed

PASSWORD = "BALCAO_PASSWORD"  # noqa: S105 - the name of the variable
LANGUAGES = ("python", "java", "kcat")


def snippets(found: Subscribed, kafka: KafkaSettings, registry: RegistrySettings) -> Mapping[str, str]:
    """A program in each of ``LANGUAGES``, with a line break at its end. Pure."""
    return {
        "python": _python(found, kafka, registry),
        "java": _java(found, kafka, registry),
        "kcat": _kcat(found, kafka, registry),
    }


def _python(found: Subscribed, kafka: KafkaSettings, registry: RegistrySettings) -> str:
    options = {"bootstrap.servers": kafka.bootstrap_servers, **_sign_in(found, kafka)}
    lines = [f'    "{name}": "{value}",' for name, value in options.items()]
    lines += [f'    "sasl.password": os.environ["{PASSWORD}"],'] if found.secure else []
    return "\n".join(
        (
            '# pip install "confluent-kafka[avro,schemaregistry]"',
            *(("import os", "") if found.secure else ()),
            "from confluent_kafka import Consumer",
            "from confluent_kafka.schema_registry import SchemaRegistryClient",
            "from confluent_kafka.schema_registry.avro import AvroDeserializer",
            "from confluent_kafka.serialization import MessageField, SerializationContext",
            "",
            f'TOPIC = "{found.topic.name}"',
            "",
            "consumer = Consumer({",
            *lines,
            f'    "group.id": "{found.group}",',
            '    "auto.offset.reset": "earliest",',
            "})",
            f'decode = AvroDeserializer(SchemaRegistryClient({{"url": "{registry.url}"}}))',
            "consumer.subscribe([TOPIC])",
            "try:",
            "    while True:",
            "        message = consumer.poll(1.0)",
            "        if message is None:",
            "            continue",
            "        if message.error():",
            '            raise SystemExit(f"{message.error().name()}: {message.error().str()}")',
            "        value = decode(message.value(), SerializationContext(TOPIC, MessageField.VALUE))",
            "        print(message.partition(), message.offset(), message.key().decode(), value, flush=True)",
            "except KeyboardInterrupt:",
            "    pass",
            "finally:",
            "    consumer.close()",
            "",
        )
    )


def _java(found: Subscribed, kafka: KafkaSettings, registry: RegistrySettings) -> str:
    options = java_properties(found, kafka)
    lines = "\n".join(f'            properties.put("{name}", "{value}");' for name, value in options.items())
    if found.secure:
        module = "org.apache.kafka.common.security.scram.ScramLoginModule"
        lines += (
            f'\n            properties.put("sasl.jaas.config", "{module} required username=\\"{found.principal}\\" "'
            f'\n                + "password=\\"" + System.getenv("{PASSWORD}") + "\\";");'
        )
    return dedent(
        f"""\
    // org.apache.kafka:kafka-clients, io.confluent:kafka-avro-serializer
    import java.time.Duration;
    import java.util.List;
    import java.util.Properties;
    import org.apache.kafka.clients.consumer.KafkaConsumer;

    public class Read {{
        public static void main(String[] arguments) {{
            Properties properties = new Properties();
{lines}
            properties.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
            properties.put("value.deserializer", "io.confluent.kafka.serializers.KafkaAvroDeserializer");
            properties.put("schema.registry.url", "{registry.url}");
            try (KafkaConsumer<String, Object> consumer = new KafkaConsumer<>(properties)) {{
                consumer.subscribe(List.of("{found.topic.name}"));
                while (true) {{
                    consumer.poll(Duration.ofSeconds(1)).forEach(record -> System.out.println(
                        record.partition() + " " + record.offset() + " " + record.key() + " " + record.value()));
                }}
            }}
        }}
    }}
    """
    )


def java_properties(found: Subscribed, kafka: KafkaSettings) -> dict[str, str]:
    """The Java client's connection, all but the password."""
    options = {"bootstrap.servers": kafka.bootstrap_servers, "security.protocol": kafka.security_protocol}
    if found.secure and kafka.sasl_mechanism:
        options["sasl.mechanism"] = kafka.sasl_mechanism
    return {**options, "group.id": found.group, "auto.offset.reset": "earliest"}


def _kcat(found: Subscribed, kafka: KafkaSettings, registry: RegistrySettings) -> str:
    options = [f"-X {name}={value}" for name, value in _sign_in(found, kafka).items()]
    options += [f'-X sasl.password="${PASSWORD}"'] if found.secure else []
    return " \\\n  ".join(
        (
            f"kcat -b {kafka.bootstrap_servers}",
            *options,
            "-X auto.offset.reset=earliest",
            f"-r {registry.url} -s value=avro",
            f"-G {found.group} {found.topic.name}\n",
        )
    )


def _sign_in(found: Subscribed, kafka: KafkaSettings) -> dict[str, str]:
    options = {"security.protocol": kafka.security_protocol}
    if found.secure:
        options |= {"sasl.mechanism": kafka.sasl_mechanism or "", "sasl.username": found.principal}
    return options
