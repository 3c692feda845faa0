"""What can go wrong, one class for each thing a caller can do about it."""

from balcao_events.received import Position


class BalcaoError(Exception):
    """Any error of this package."""


class ConfigError(BalcaoError):
    """A setting is missing or wrong; the sentence names it."""


class AccessError(BalcaoError):
    """The broker or the registry knows who you are and refuses, or does not accept your password."""


class BrokerError(BalcaoError):
    """The broker failed in a way that trying again inside the client does not mend."""


class RegistryUnavailable(BalcaoError):  # noqa: N818 - a state of the world that passes
    """The schema registry did not answer, or not usefully. Nothing is lost: start again later."""


class BadRecord(BalcaoError):  # noqa: N818 - it is handed to a callback as often as it is raised
    """A record that cannot be read, with everything needed to report it to the topic's owner.

    ``cause`` is ``empty-value``, ``wrong-magic-byte``, ``truncated``, ``unknown-schema-id``, ``undecodable`` or
    ``unresolvable`` (its writer's schema does not fit this package's). ``value`` holds the raw bytes; the message does
    not, since they may be personal.
    """

    def __init__(self, position: Position, cause: str, detail: str, *, schema_id: int | None, value: bytes) -> None:
        of_schema = "" if schema_id is None else f" (schema {schema_id})"
        super().__init__(f"{position}{of_schema}: {cause}: {detail}")
        self.position = position
        self.cause = cause
        self.schema_id = schema_id
        self.value = value
