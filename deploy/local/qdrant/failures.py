"""What a request can do wrong, with the status code and the words of Qdrant's own error body."""


class ApiError(Exception):
    """Answered as ``{"status": {"error": message}}`` with ``status``."""

    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadInputError(ApiError):
    """The request cannot be carried out as it is."""

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(f"Wrong input: {message}")


class BadBodyError(ApiError):
    """The body is no JSON of the shape the API asks for."""

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(f"Format error in JSON body: {message}")


class NotFoundError(ApiError):
    """What the request names is not there."""

    status = 404

    def __init__(self, message: str) -> None:
        super().__init__(f"Not found: {message}")


class ConflictError(ApiError):
    """What the request would create is already there."""

    status = 409

    def __init__(self, message: str) -> None:
        super().__init__(f"Wrong input: {message}")


def unsupported(what: str) -> BadInputError:
    """The refusal of something that a Qdrant server can do and this process does not."""
    return BadInputError(f"{what} is not part of the local Qdrant; use a Qdrant server for it")
