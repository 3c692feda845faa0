"""How many bytes a second a principal may read: Kafka's client quotas, which librdkafka has no call for.

Two requests of the protocol, sent with aiokafka's client. Source: KIP-546,
https://kafka.apache.org/protocol.html#The_Messages_AlterClientQuotas
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.admin import DescribeClientQuotasRequest
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Float64, Int16, Int32, Schema, String

from runtime.errors import UserError
from runtime.kafka import aiokafka
from runtime.settings import KafkaSettings

LIMIT = "consumer_byte_rate"
_USER = "user"
_ANY_NAME = 2
_TEXT = String("utf-8")
_ENTITY = Array(("entity_type", _TEXT), ("entity_name", _TEXT))


class _AlterResponse(Response):  # type: ignore[misc] # aiokafka says nothing of its types
    API_KEY = 49
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("entries", Array(("error_code", Int16), ("error_message", _TEXT), ("entity", _ENTITY))),
    )


class _AlterStruct(RequestStruct):  # type: ignore[misc]
    API_KEY = 49
    API_VERSION = 0
    RESPONSE_TYPE = _AlterResponse
    SCHEMA = Schema(
        (
            "entries",
            Array(("entity", _ENTITY), ("ops", Array(("key", _TEXT), ("value", Float64), ("remove", Boolean)))),
        ),
        ("validate_only", Boolean),
    )


class _Alter(Request[_AlterStruct]):  # type: ignore[misc]
    API_KEY = 49

    def __init__(self, limits: Mapping[str, int | None]) -> None:
        self._limits = limits

    def build(self, request_struct_class: type[_AlterStruct]) -> _AlterStruct:
        entries = [
            ([(_USER, name)], [(LIMIT, float(limit or 0), limit is None)]) for name, limit in self._limits.items()
        ]
        return request_struct_class(entries, False)


def limits(settings: KafkaSettings) -> dict[str, int]:
    """Bytes a second by principal, for those who have a limit of their own. Blocks. Raises ``UserError``."""
    answer = asyncio.run(_ask(settings, DescribeClientQuotasRequest([(_USER, _ANY_NAME, None)], True)))
    _check(answer.error_code, answer.error_message)
    return {
        entity[0][1]: int(dict(values)[LIMIT])
        for entity, values in answer.entries
        if entity[0][1] is not None and LIMIT in dict(values)
    }


def limit(settings: KafkaSettings, wanted: Mapping[str, int | None]) -> None:
    """Sets each principal's limit, or takes it away where it is ``None``. Blocks. Idempotent. Raises ``UserError``."""
    if wanted:
        for code, message, _ in asyncio.run(_ask(settings, _Alter(wanted))).entries:
            _check(code, message)


async def _ask(settings: KafkaSettings, request: Request[Any]) -> Any:
    client = AIOKafkaClient(**aiokafka(settings), client_id="balcao.access")
    try:
        await client.bootstrap()
        return await client.send(client.get_random_node(), request)
    finally:
        await client.close()


def _check(code: int, message: str | None) -> None:
    if code:
        raise UserError(f"The broker does not take the quotas: {message or f'error {code}'}.")
