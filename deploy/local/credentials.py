"""The stack's generated passwords and tokens: written once into ``env`` of the data folder, mode 0600."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from deploy.local.home import Home
from runtime.errors import UserError
from schemas import access

ROLES = (
    "postgres",
    "registry",
    "debezium",
    "marketplace_owner",
    "marketplace_writer",
    "marketplace_reader",
    "marketplace_agent",
    "platform_owner",
    "platform_agent",
    "platform_sender",
)


def _kafka(principal: str) -> str:
    return f"KAFKA_{principal.upper().replace('.', '_')}"


NAMES = (
    *(f"PASSWORD_{role.upper()}" for role in ROLES),
    *(_kafka(principal) for principal in (access.BROKER, access.ADMIN, *access.PRINCIPALS)),
    "WEBHOOK_VERIFY_TOKEN",
    "WEBHOOK_APP_SECRET",
    "WHATSAPP_ACCESS_TOKEN",
    "STACK_TOKEN",
)


@dataclass(frozen=True)
class Credentials:
    """The values by name; the representation shows none of them."""

    values: Mapping[str, str] = field(repr=False)

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def password(self, role: str) -> str:
        """The password of a PostgreSQL role."""
        return self.values[f"PASSWORD_{role.upper()}"]

    def kafka(self, principal: str) -> str:
        """The password that ``principal`` signs in to the broker with."""
        return self.values[_kafka(principal)]


def read(home: Home) -> Credentials:
    """The credentials of a stack that was brought up before; raises ``UserError`` when there are none."""
    if not home.credentials.exists():
        raise UserError(f"There is no stack in {home.root} yet: run `balcao up`.")
    return Credentials(_parse(home))


def ensure(home: Home) -> Credentials:
    """The credentials, generating those that are missing. What exists is never changed."""
    known = _parse(home) if home.credentials.exists() else {}
    missing = {name: secrets.token_urlsafe(24) for name in NAMES if name not in known}
    if missing:
        _write(home, known | missing)
    home.credentials.chmod(0o600)
    return Credentials(known | missing)


def _parse(home: Home) -> dict[str, str]:
    lines = (line.strip() for line in home.credentials.read_text().splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def _write(home: Home, values: Mapping[str, str]) -> None:
    # A new file with its final mode, then a rename: at no moment can another user read it, or anybody half of it.
    fresh = home.credentials.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("# Generated once by `balcao up`; `balcao env` prints the settings made from them.\n")
        file.writelines(f"{name}={value}\n" for name, value in values.items())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(home.credentials)
