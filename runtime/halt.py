"""Stopping one partition, in words, while the others go on."""

RUNBOOK = "docs/runbooks/breaking-schema-change.md"
HALTED = "halted at "
"""How the ``doing`` of a halted partition begins."""


class Halt(Exception):  # noqa: N818 - a state that a person or time ends, not an error of a record
    """The partition stops before ``offset``: the record and all after it stay uncommitted, nothing is lost.

    It is tried again every ``retry_seconds``. ``sentence`` says what happened; it may not quote a value. One that is
    ``passing`` ends by itself, and is no alarm.
    """

    def __init__(self, sentence: str, offset: int, *, retry_seconds: float = 60.0, passing: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.offset = offset
        self.retry_seconds = retry_seconds
        self.passing = passing

    def __str__(self) -> str:
        return f"{self.offset}: {self.sentence}"
