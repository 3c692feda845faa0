"""The client's version, from the register: the same register always gives the same version. Pure."""

from collections.abc import Sequence

from schemas.client.text import MARK, docstring
from schemas.topic import Topic

HAND_WRITTEN = "1.1"
"""The version of the client's hand-written part; whoever changes that part raises it, the first number if it breaks."""


def version(topics: Sequence[Topic]) -> str:
    """``1.1.20261121.2``: the hand-written part, the day of the newest revision, and how many were made that day."""
    days = [revision.on for topic in topics for revision in topic.revisions]
    if not days:
        return f"{HAND_WRITTEN}.0"
    return f"{HAND_WRITTEN}.{max(days):%Y%m%d}.{days.count(max(days))}"


def version_module(topics: Sequence[Topic]) -> str:
    """``balcao_events._version``."""
    return f'{docstring("The version of this package.")}\n{MARK}\n\n__version__ = "{version(topics)}"\n'
