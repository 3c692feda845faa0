"""The schema registry, as a reader needs it: the schema of an id. Standard library only."""

import base64
import json
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError

from balcao_events.config import Config
from balcao_events.errors import AccessError, RegistryUnavailable

Schema = Any
"""An Avro schema in its JSON form."""
_TRIES = 3
_MISS_SECONDS = 10.0


class UnknownSchema(LookupError):  # noqa: N818 - an answer, not a failure
    """The registry answered, and has no schema of that id."""


class Registry:
    """Asks the Confluent-compatible API once for each id; safe to share between threads.

    A schema is kept for ever (ids are never reused); an id the registry does not know is asked for again after 10 s.
    """

    def __init__(
        self,
        config: Config,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = config.registry.rstrip("/")
        self._timeout = config.registry_timeout
        self._headers = {"Accept": "application/vnd.schemaregistry.v1+json, application/json"}
        if config.registry_username is not None:
            pair = f"{config.registry_username}:{config.registry_password}".encode()
            self._headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        secure = self._url.startswith("https:")
        self._tls = ssl.create_default_context(cafile=config.ca_file) if secure else None
        self._monotonic, self._sleep = monotonic, sleep
        self._lock = threading.Lock()
        self._schemas: dict[int, Schema] = {}
        self._missing: dict[int, float] = {}

    def schema(self, schema_id: int) -> Schema:
        """The schema of that id. Blocks when it is new, at most three times the timeout and a second.

        Raises ``UnknownSchema``, ``AccessError``, or ``RegistryUnavailable`` after three tries.
        """
        with self._lock:
            if schema_id in self._schemas:
                return self._schemas[schema_id]
            if self._monotonic() < self._missing.get(schema_id, 0.0):
                raise UnknownSchema(schema_id)
            try:
                schema = self._schemas[schema_id] = self._ask(schema_id)
            except UnknownSchema:
                self._missing[schema_id] = self._monotonic() + _MISS_SECONDS
                raise
        return schema

    def _ask(self, schema_id: int) -> Schema:
        problem = ""
        for attempt in range(_TRIES):
            if attempt:
                self._sleep(0.25 * 2**attempt)
            try:
                return self._get(schema_id)
            except HTTPError as error:
                if error.code == 404 and _says_no_schema(error):
                    raise UnknownSchema(schema_id) from None
                if error.code in (401, 403):
                    raise AccessError(f"the schema registry {self._url} refuses us: HTTP {error.code}") from None
                problem = f"HTTP {error.code}"
            except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
                problem = f"{type(error).__name__}: {error}"
        raise RegistryUnavailable(f"the schema registry {self._url} gave no schema {schema_id}: {problem}")

    def _get(self, schema_id: int) -> Schema:
        # the address was checked by Config: http or https
        request = urllib.request.Request(f"{self._url}/schemas/ids/{schema_id}", headers=self._headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=self._timeout, context=self._tls) as answer:  # noqa: S310
            document = json.load(answer)
        if document.get("schemaType", "AVRO") != "AVRO":
            raise ValueError(f"schema {schema_id} is no Avro schema")
        return json.loads(document["schema"])


def _says_no_schema(error: HTTPError) -> bool:
    """Whether it is the registry that says so: a gateway's 404 must not make a good record a bad one."""
    try:
        return json.load(error).get("error_code") in (40403, 404)
    except (OSError, HTTPException, ValueError, AttributeError):
        return False
