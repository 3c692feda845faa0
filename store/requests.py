"""One effect for one message: a write's result is kept in the write's own transaction, under an id of the message's."""


class RequestMismatch(Exception):  # noqa: N818 - a mistake in the caller
    """The id belongs to another write, or to another pharmacy's."""
