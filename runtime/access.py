"""The broker's access list, made from the register's: what is missing is added, what is too much is told or removed."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, cast

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialUpsertion,
)
from pydantic import SecretStr

from runtime.errors import UserError
from runtime.kafka import librdkafka
from runtime.settings import KafkaSettings
from schemas.access import Grant, Operation, Resource

ITERATIONS = 8192
"""SCRAM's work factor for a generated password, which cannot be guessed in any case."""

_SECONDS = 30
_POLL = 0.05
_ANY: Any = None  # the annotations of confluent-kafka leave out that a filter may leave a name open


class NoAccessControlError(UserError):
    """The broker has no authorizer: it asks nobody who they are, and lets everybody do everything."""


class PermissionDeniedError(UserError):
    """The principal of these settings may not change or read the access list."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What ``apply`` found and did; ``surplus`` are permissions of known principals that nothing declares."""

    created: Sequence[Grant]
    present: Sequence[Grant]
    surplus: Sequence[Grant]
    removed: Sequence[Grant]


class Access:
    """The broker's permissions and credentials, as the administrator changes them. Methods block.

    They raise ``NoAccessControlError``, ``PermissionDeniedError``, or ``KafkaException`` when the broker is away.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._admin = AdminClient({**librdkafka(settings), "log_level": 3})
        self._probed = False

    def enabled(self) -> bool:
        """Whether the broker checks permissions at all."""
        try:
            self.grants()
        except NoAccessControlError:
            return False
        return True

    def grants(self) -> set[Grant]:
        """Every permission to allow that the broker keeps for our kind of principal and resource."""
        self._probe()
        everything = AclBindingFilter(
            ResourceType.ANY, _ANY, ResourcePatternType.ANY, _ANY, _ANY, AclOperation.ANY, AclPermissionType.ANY
        )
        try:
            bindings = self._admin.describe_acls(everything, request_timeout=_SECONDS).result()
        except KafkaException as error:
            raise _spoken(error) from error
        return {grant for binding in bindings if (grant := _grant(binding)) is not None}

    def apply(self, wanted: Iterable[Grant], *, principals: Iterable[str], prune: bool = False) -> Applied:
        """Adds what is missing and waits until the broker goes by it. Idempotent.

        What ``principals`` may do beyond ``wanted`` is reported, or with ``prune`` removed.
        """
        asked, known, before = set(wanted), set(principals), self.grants()
        missing, surplus = asked - before, {grant for grant in before - asked if grant.principal in known}
        self.add(missing)
        removed = surplus if prune else set()
        self.remove(removed)
        return Applied(sorted(missing), sorted(asked & before), sorted(surplus - removed), sorted(removed))

    def add(self, grants: Iterable[Grant]) -> None:
        """Adds the permissions and waits until the broker goes by them. Idempotent."""
        asked = set(grants)
        if asked:
            bindings = [AclBinding(*_binding(grant)) for grant in asked]
            self._finish(self._admin.create_acls(bindings, request_timeout=_SECONDS).values())
            self._until(lambda: asked <= self.grants())

    def remove(self, grants: Iterable[Grant]) -> None:
        """Takes the permissions back and waits until the broker goes by it. Idempotent."""
        asked = set(grants)
        if asked:
            filters = [AclBindingFilter(*_binding(grant)) for grant in asked]
            self._finish(self._admin.delete_acls(filters, request_timeout=_SECONDS).values())
            self._until(lambda: not asked & self.grants())

    def users(self) -> set[str]:
        """Everybody who has a SCRAM-SHA-512 credential."""
        try:
            found = cast(Future[Any], self._admin.describe_user_scram_credentials(request_timeout=_SECONDS)).result()
        except KafkaException as error:
            raise _spoken(error) from error
        return {
            name
            for name, each in found.items()
            if any(info.mechanism == ScramMechanism.SCRAM_SHA_512 for info in each.scram_credential_infos)
        }

    def set_passwords(self, passwords: Mapping[str, SecretStr]) -> None:
        """Sets each principal's password. Who is signed in stays so; the next to sign in needs the new one."""
        if not passwords:
            return
        changes: list[UserScramCredentialAlteration] = [
            UserScramCredentialUpsertion(
                name,
                ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS),
                password.get_secret_value().encode(),
            )
            for name, password in passwords.items()
        ]
        self._finish(self._admin.alter_user_scram_credentials(changes, request_timeout=_SECONDS).values())
        self._until(lambda: set(passwords) <= self.users())

    def _probe(self) -> None:
        # librdkafka 2.16 answers an empty list where the broker refuses DescribeAcls. It does tell of a refused
        # DeleteAcls; this one is of a permission that nobody has.
        if not self._probed:
            nothing = AclBindingFilter(*_binding(Grant("nobody", "topic", "balcao.no-topic", "read")))
            self._finish(self._admin.delete_acls([nothing], request_timeout=_SECONDS).values())
            self._probed = True

    def _finish(self, answers: Iterable[Future[Any]]) -> None:
        for answer in answers:
            try:
                answer.result()
            except KafkaException as error:
                raise _spoken(error) from error

    def _until(self, done: Callable[[], bool]) -> None:
        # The controller answers before the broker beside it has read its own log.
        deadline = time.monotonic() + _SECONDS
        while not done():
            if time.monotonic() > deadline:
                raise UserError(f"The broker did not take the change within {_SECONDS} s; look at its log.")
            time.sleep(_POLL)


def _binding(
    grant: Grant,
) -> tuple[ResourceType, str, ResourcePatternType, str, str, AclOperation, AclPermissionType]:
    return (
        ResourceType[grant.resource.upper()],
        grant.name,
        ResourcePatternType.PREFIXED if grant.prefixed else ResourcePatternType.LITERAL,
        f"User:{grant.principal}",
        "*",
        AclOperation[grant.operation.upper()],
        AclPermissionType.ALLOW,
    )


def _grant(binding: AclBinding) -> Grant | None:
    kind, operation = cast(ResourceType, binding.restype), cast(AclOperation, binding.operation)
    if binding.permission_type != AclPermissionType.ALLOW or kind.name not in {"TOPIC", "GROUP"}:
        return None
    return Grant(
        binding.principal.removeprefix("User:"),
        cast(Resource, kind.name.lower()),
        binding.name,
        cast(Operation, operation.name.lower()),
        binding.resource_pattern_type == ResourcePatternType.PREFIXED,
    )


def _spoken(error: KafkaException) -> Exception:
    code = error.args[0].code()
    if code == KafkaError.SECURITY_DISABLED:
        return NoAccessControlError(
            "This broker checks nobody's permissions; `balcao up --secure` starts a local stack whose broker does."
        )
    if code in {KafkaError.CLUSTER_AUTHORIZATION_FAILED, KafkaError.TOPIC_AUTHORIZATION_FAILED}:
        return PermissionDeniedError(
            "Only the administrator may change or read permissions: set BALCAO_KAFKA_SASL_USERNAME and "
            "BALCAO_KAFKA_SASL_PASSWORD to the administrator's."
        )
    return error
