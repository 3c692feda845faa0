"""A stack whose broker asks who you are: SCRAM-SHA-512 to sign in, and nothing allowed that no access list says.

A home is with or without it from its first day on. The controller's listener, which only the broker itself uses, asks
for a plain password, since SCRAM's are kept in the very log that the controller has yet to read.
"""

import json
from pathlib import Path

from pydantic import SecretStr

from deploy.local.home import Home
from deploy.local.layout import Layout
from runtime.errors import UserError
from runtime.settings import KafkaSettings
from schemas import access

MECHANISM = "SCRAM-SHA-512"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"


def remembered(home: Home) -> bool:
    """Whether the stack in ``home`` is a secure one."""
    return _mark(home).exists()


def settle(home: Home, asked: bool | None) -> None:
    """Make ``home`` what is asked for; ``None`` leaves it as it is.

    Raises ``UserError`` when its broker already keeps records under the other rule.
    """
    if asked is None or asked == remembered(home):
        return
    if (home.data("kafka") / "data" / "meta.properties").exists():
        rule, verb = ("without sign-in", "--no-secure") if asked else ("with sign-in", "--secure")
        raise UserError(
            f"The broker of {home.root} keeps its records {rule}, and that cannot be changed: start it with "
            f"`balcao up {verb}`, or choose another folder with BALCAO_HOME, or remove this one with `make clean`."
        )
    if asked:
        _mark(home).write_text(f"{MECHANISM}\n")
    else:
        _mark(home).unlink()


def variables(layout: Layout, principal: str) -> dict[str, str]:
    """The settings with which a process signs in as ``principal``; empty in a stack that asks nobody."""
    if not layout.secure:
        return {}
    return {
        "BALCAO_KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "BALCAO_KAFKA_SASL_MECHANISM": MECHANISM,
        "BALCAO_KAFKA_SASL_USERNAME": principal,
        "BALCAO_KAFKA_SASL_PASSWORD": layout.credentials.kafka(principal),
    }


def settings(layout: Layout, principal: str) -> KafkaSettings:
    """The same as a value, whatever this process's own environment says."""
    if not layout.secure:
        return KafkaSettings(bootstrap_servers=layout.address("kafka"), security_protocol="PLAINTEXT")
    return KafkaSettings(
        bootstrap_servers=layout.address("kafka"),
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism=MECHANISM,
        sasl_username=principal,
        sasl_password=SecretStr(layout.credentials.kafka(principal)),
    )


def administrator(layout: Layout) -> dict[str, str]:
    """The settings of who applies the register: may do everything, and knows the stations' passwords to set them."""
    if not layout.secure:
        # Said in so many words, so that a setting left over in somebody's shell does not reach the programs.
        return {"BALCAO_KAFKA_SECURITY_PROTOCOL": "PLAINTEXT"}
    passwords = {name: layout.credentials.kafka(name) for name in access.PRINCIPALS}
    return variables(layout, access.ADMIN) | {"BALCAO_ACCESS_PASSWORDS": json.dumps(passwords)}


def broker(layout: Layout) -> dict[str, object]:
    """The broker's properties, over those of a stack that asks nobody. They hold its password."""
    if not layout.secure:
        return {}
    password = layout.credentials.kafka(access.BROKER)
    address = layout.address("kafka")
    return {
        "listeners": f"CLIENTS://{address},CONTROLLER://{layout.address('kafka_controller')}",
        "advertised.listeners": f"CLIENTS://{address}",
        "inter.broker.listener.name": "CLIENTS",
        "listener.security.protocol.map": "CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        "sasl.mechanism.inter.broker.protocol": MECHANISM,
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.clients.sasl.enabled.mechanisms": MECHANISM,
        "listener.name.clients.scram-sha-512.sasl.jaas.config": _jaas(SCRAM, access.BROKER, password),
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": _jaas(
            PLAIN, access.BROKER, password, **{f"user_{access.BROKER}": password}
        ),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": f"User:{access.BROKER};User:{access.ADMIN}",
    }


def format_arguments(layout: Layout) -> list[str]:
    """What a new log folder is formatted with: the passwords of those who must be there before anybody else."""
    if not layout.secure:
        return []
    users = (access.BROKER, access.ADMIN)
    known = [f"{MECHANISM}=[name={name},password={layout.credentials.kafka(name)}]" for name in users]
    return [argument for each in known for argument in ("--add-scram", each)]


def connect(layout: Layout) -> dict[str, object]:
    """The properties of Connect's worker, for each of its kinds of client; the password is in its environment."""
    if not layout.secure:
        return {}
    client = {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": MECHANISM,
        "sasl.jaas.config": _jaas(SCRAM, access.CAPTURE, "${env:BALCAO_KAFKA_SASL_PASSWORD}"),
    }
    return {f"{who}{name}": value for who in ("", "producer.", "consumer.", "admin.") for name, value in client.items()}


def _jaas(module: str, username: str, password: str, **others: str) -> str:
    options = {"username": username, "password": password, **others}
    return " ".join([module, "required", *(f'{name}="{value}"' for name, value in options.items())]) + ";"


def _mark(home: Home) -> Path:
    return home.root / "security"
