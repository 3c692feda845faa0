"""Avro in the Confluent wire format for Quix Streams: what its own deserialiser does, without asking twice."""

import json
from io import BytesIO

import fastavro
from confluent_kafka.schema_registry import SchemaRegistryClient
from quixstreams.models.serializers import Deserializer


class Avro(Deserializer):
    """Values to dicts; ``url`` is the registry's. Raises what fastavro raises."""

    def __init__(self, url):
        super().__init__()
        self._registry = SchemaRegistryClient({"url": url})
        self._schemas = {}

    def __call__(self, value, ctx):
        schema = self._schemas.get(value[:5])
        if schema is None:
            found = self._registry.get_schema(int.from_bytes(value[1:5], "big")).schema_str
            schema = self._schemas[value[:5]] = fastavro.parse_schema(json.loads(found))
        body = BytesIO(value)
        body.seek(5)
        return fastavro.schemaless_reader(body, schema, None)
