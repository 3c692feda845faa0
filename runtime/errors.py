"""Errors that a person reads: one sentence that says what to do."""


class UserError(Exception):
    """Ends a command with its sentence on standard error and exit code 2, without a traceback."""


class SettingsError(UserError):
    """A setting is missing or wrong; the sentence names its environment variable."""


class BadRecord(Exception):  # noqa: N818 - the field's word for it is the record, not the error
    """A record that no retry can make good; ``cause`` is a short constant name for grouping, ``reason`` a sentence."""

    def __init__(self, cause: str, reason: str) -> None:
        super().__init__(f"{cause}: {reason}")
        self.cause = cause
        self.reason = reason
