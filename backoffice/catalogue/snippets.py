"""How to read a topic: a few lines to copy for each language or tool. Pure.

They take addresses and the password from the variables of our own client, ``BALCAO_EVENTS_*``.
"""

from dataclasses import dataclass

from schemas import access
from schemas.client.topics import constant_of
from schemas.topic import Topic


@dataclass(frozen=True, slots=True)
class Snippet:
    """``code`` to copy; ``id`` is for the page's own links."""

    id: str
    title: str
    code: str


def snippets(topic: Topic, team: str) -> list[Snippet]:
    """Python with our client, any JVM language, and the command line; ``team`` stands where the team's name goes."""
    group, user = access.consumer_group(team, topic.name), access.principal(team)
    return [
        Snippet("python", "Python", _python(topic, group)),
        Snippet("java", "Java", _java(topic, group, user)),
        Snippet("kcat", "kcat", _kcat(topic, group, user)),
    ]


def command(topic: Topic, team: str) -> str:
    """The command that declares the subscription."""
    return f"balcao subscribe {topic.name} --team {team}"


def _python(topic: Topic, group: str) -> str:
    constant = constant_of(topic)
    return f"""from balcao_events import consume, topics

for event in consume(topics.{constant}, group="{group}"):
    print(event.id, event.subject, event.time)
"""


def _java(topic: Topic, group: str, user: str) -> str:
    login = "org.apache.kafka.common.security.scram.ScramLoginModule"
    return f"""var env = System.getenv();
var config = new Properties();
config.put("bootstrap.servers", env.get("BALCAO_EVENTS_BOOTSTRAP"));
config.put("schema.registry.url", env.get("BALCAO_EVENTS_REGISTRY"));
config.put("security.protocol", "SASL_SSL");
config.put("sasl.mechanism", "SCRAM-SHA-512");
config.put("sasl.jaas.config", "{login} required "
    + "username=\\"{user}\\" "
    + "password=\\"" + env.get("BALCAO_EVENTS_PASSWORD") + "\\";");
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
"""


def _kcat(topic: Topic, group: str, user: str) -> str:
    return f"""kcat -b "$BALCAO_EVENTS_BOOTSTRAP" \\
  -X security.protocol=SASL_SSL -X sasl.mechanism=SCRAM-SHA-512 \\
  -X sasl.username={user} -X sasl.password="$BALCAO_EVENTS_PASSWORD" \\
  -r "$BALCAO_EVENTS_REGISTRY" -s value=avro \\
  -G {group} {topic.name}
"""
