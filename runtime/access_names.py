"""Finding what somebody named: a topic, a team, a moment; or one sentence that says what would have been right."""

import difflib
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from runtime.errors import UserError
from schemas.access import BY_COMMAND, Station, public
from schemas.teams import TEAMS, Team
from schemas.topic import Topic, Visibility
from schemas.topics import BY_NAME

_AGO = re.compile(r"^(\d+)(s|m|h|d)$")
_FEW = 8
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def known_topic(name: str) -> Topic:
    """The topic of that name, public or not. Raises ``UserError`` for an unknown one with near names."""
    if name not in BY_NAME:
        raise UserError(f"There is no topic {name!r}{near(name, BY_NAME)}.")
    return BY_NAME[name]


def public_topic(name: str) -> Topic:
    """The public topic of that name. Raises ``UserError``: for an unknown one with near names, for an internal one."""
    topic = BY_NAME.get(name)
    if topic is None:
        raise UserError(f"There is no topic {name!r}{near(name, (each.name for each in public()))}.")
    if topic.visibility is not Visibility.PUBLIC:
        raise UserError(
            f"{name} is internal to the platform and may change without notice; "
            f"subscribe to a public topic{near(name, (each.name for each in public()))}."
        )
    return topic


def station(command: str, topic: Topic) -> Station:
    """The station that `balcao run` calls so and that reads the topic. Raises ``UserError`` in other cases."""
    found = BY_COMMAND.get(command)
    if found is None:
        raise UserError(f"There is no station {command!r}{near(command, BY_COMMAND)}.")
    if found.name not in topic.consumers:
        readers = [each.command for each in BY_COMMAND.values() if each.name in topic.consumers]
        others = f"; these do: {', '.join(readers)}" if readers else ""
        raise UserError(f"{command} does not read {topic.name}{others}.")
    return found


def team(name: str) -> Team:
    """The team of that name. Raises ``UserError`` with near names for an unknown one."""
    if name not in TEAMS:
        raise UserError(f"There is no team {name!r}{near(name, TEAMS)}; teams are declared in schemas/teams.py.")
    return TEAMS[name]


def near(name: str, known: Iterable[str]) -> str:
    """The end of a sentence: the known names most like ``name``, or where they all are, which may be here."""
    names = sorted(known)
    alike = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    # A word that is only a part of the name, as in "orders".
    alike = alike or [each for each in names if name.lower() in each][:3]
    if not names:
        return ""
    if alike:
        return f"; near it: {', '.join(alike)}"
    return f"; there are: {', '.join(names)}" if len(names) <= _FEW else "; `balcao catalogue` shows them all"


def moment(text: str, *, now: datetime) -> datetime:
    """``2026-11-21``, ``2026-11-21T10:00``, the same with a zone, ``now``, or how long ago: ``90s``, ``15m``, ``2h``.

    A time without a zone is this machine's. Aware, in UTC. Raises ``UserError`` for anything else.
    """
    if text == "now":
        return now
    try:
        if ago := _AGO.match(text):
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UserError(
            f"{text!r} is no time: write 2026-11-21T10:00, 2026-11-21T10:00-03:00, how long ago (15m, 2h, 3d), or now."
        ) from None
