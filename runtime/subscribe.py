"""A team's way to a public topic: a name and a password, permissions, a limit, and a consumer group."""

import secrets
from dataclasses import dataclass, field

from pydantic import SecretStr

from runtime import access_quota
from runtime.access import Access
from runtime.settings import KafkaSettings
from schemas import access
from schemas.teams import SUBSCRIPTIONS, Team
from schemas.topic import Topic


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What a team needs to read the topic.

    ``password`` is there only when it was made just now; nobody can be told it later. ``secure`` says whether the
    broker asks for it at all, ``declared`` whether ``schemas.teams`` knows of this use.
    """

    topic: Topic
    team: Team
    principal: str
    group: str
    secure: bool
    declared: bool
    password: SecretStr | None = field(default=None, repr=False)


def subscribe(settings: KafkaSettings, topic: Topic, team: Team, *, rotate: bool = False) -> Subscribed:
    """Gives the team what it needs; what it has already stays, its password too unless ``rotate`` makes a new one.

    ``topic`` is public. A broker that checks nobody's permissions is left as it is. Blocks. Idempotent. Raises
    ``UserError`` when the settings are not the administrator's, ``KafkaException`` when the broker is away.
    """
    broker, who = Access(settings), access.principal(team.name)
    secure = broker.enabled()
    password = None
    if secure:
        broker.add(set(access.team(team.name, topic.name)) - broker.grants())
        limit = {who: team.consume_bytes_per_second}
        if access_quota.limits(settings).get(who) != limit[who]:
            access_quota.limit(settings, limit)
        if rotate or who not in broker.users():
            password = SecretStr(secrets.token_urlsafe(24))
            broker.set_passwords({who: password})
    return Subscribed(
        topic=topic,
        team=team,
        principal=who,
        group=access.consumer_group(team.name, topic.name),
        secure=secure,
        declared=any(each.team == team.name and each.topic == topic.name for each in SUBSCRIPTIONS),
        password=password,
    )
