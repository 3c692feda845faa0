"""Where the broker and the registry are, and how to sign in."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from balcao_events.errors import ConfigError

PREFIX = "BALCAO_EVENTS_"
_NAMES = (
    "bootstrap",
    "registry",
    "username",
    "password",
    "mechanism",
    "security_protocol",
    "ca_file",
    "registry_username",
    "registry_password",
)
_OURS = frozenset({"group.id", "enable.auto.commit", "enable.auto.offset.store", "auto.offset.reset"})
_PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The connection's settings. No password is in its ``repr``.

    With a ``username`` the broker is spoken to over TLS with SASL (``SCRAM-SHA-512`` unless ``mechanism`` says
    otherwise); ``ca_file`` is a PEM file to trust instead of the system's. The registry is given
    ``registry_username`` and ``registry_password`` when they are there. ``options`` go to librdkafka as they are, such
    as ``max.poll.interval.ms``. Raises ``ConfigError``.
    """

    bootstrap: str
    registry: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    mechanism: str = "SCRAM-SHA-512"
    security_protocol: str | None = None
    ca_file: str | None = None
    registry_username: str | None = None
    registry_password: str | None = field(default=None, repr=False)
    registry_timeout: float = 10.0
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        url = urlsplit(self.registry)
        if url.scheme not in ("http", "https") or not url.hostname:
            raise ConfigError("the registry's address must begin with http:// or https:// and name a host")
        if url.username or url.password:
            raise ConfigError("give the registry's user and password as settings of their own, not in its address")
        for user, password, name in (
            (self.username, self.password, "username"),
            (self.registry_username, self.registry_password, "registry_username"),
        ):
            if (user is None) != (password is None):
                raise ConfigError(f"{name} and its password are given together or not at all")
        if self.protocol not in _PROTOCOLS:
            raise ConfigError(f"security_protocol is one of {', '.join(_PROTOCOLS)}")
        if self.protocol.startswith("SASL") != (self.username is not None):
            raise ConfigError(f"{self.protocol} {'needs' if self.username is None else 'takes no'} username")
        clash = sorted(_OURS & set(self.options))
        if clash:
            raise ConfigError(f"{', '.join(clash)}: the consumer's promises rest on it, so it cannot be set")

    @property
    def protocol(self) -> str:
        """librdkafka's ``security.protocol``."""
        return self.security_protocol or ("PLAINTEXT" if self.username is None else "SASL_SSL")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Config":
        """From ``BALCAO_EVENTS_BOOTSTRAP``, ``_REGISTRY``, and where needed ``_USERNAME``, ``_PASSWORD``,
        ``_MECHANISM``, ``_SECURITY_PROTOCOL``, ``_CA_FILE``, ``_REGISTRY_USERNAME``, ``_REGISTRY_PASSWORD``.

        An empty variable counts as absent. Raises ``ConfigError``, which names the variables that are missing.
        """
        given = os.environ if environ is None else environ
        found: dict[str, Any] = {name: text for name in _NAMES if (text := given.get(PREFIX + name.upper()))}
        missing = [PREFIX + name.upper() for name in ("bootstrap", "registry") if name not in found]
        if missing:
            raise ConfigError(f"set {' and '.join(missing)} in the environment")
        return cls(**found)

    def librdkafka(self) -> dict[str, Any]:
        """The connection part of a confluent-kafka client's configuration; holds the password."""
        options: dict[str, Any] = {
            **self.options,
            "bootstrap.servers": self.bootstrap,
            "security.protocol": self.protocol,
        }
        if self.username is not None:
            options["sasl.mechanism"] = self.mechanism
            options["sasl.username"] = self.username
            options["sasl.password"] = self.password
        if self.ca_file is not None:
            options["ssl.ca.location"] = self.ca_file
        return options
