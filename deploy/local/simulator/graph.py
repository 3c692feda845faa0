"""The Graph API's errors, as the Cloud API answers them.

Codes and titles: Meta's page "Cloud API error codes". ``error_subcode`` is given only where version 16.0 and later
still give one.
"""

from typing import Any


class GraphError(Exception):
    """An answer that is an error: ``status`` is the HTTP status; ``details`` says what to change."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        details: str | None = None,
        subcode: int | None = None,
        kind: str = "OAuthException",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.subcode = subcode
        self.kind = kind

    def body(self, trace: str) -> dict[str, Any]:
        """The JSON object to answer; ``trace`` is the request's fbtrace_id."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.details is not None:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": error | {"fbtrace_id": trace}}


def no_token() -> GraphError:
    """No bearer token was sent."""
    return GraphError(401, 104, "An access token is required to request this resource.")


def wrong_token() -> GraphError:
    """The bearer token is not ours."""
    return GraphError(401, 190, "Invalid OAuth access token - Cannot parse access token")


def unknown_object(name: str) -> GraphError:
    """The path names an object that does not exist for this token."""
    return GraphError(
        400,
        100,
        f"Unsupported post request. Object with ID '{name}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation",
        subcode=33,
        kind="GraphMethodException",
    )


def missing(parameter: str) -> GraphError:
    """A parameter that must be there is not."""
    return GraphError(
        400, 131008, "(#131008) Required parameter is missing", details=f"Parameter '{parameter}' is required."
    )


def wrong(parameter: str, details: str) -> GraphError:
    """A parameter has a value that is not allowed."""
    return GraphError(
        400, 131009, "(#131009) Parameter value is not valid", details=f"Parameter '{parameter}': {details}"
    )


def invalid(message: str) -> GraphError:
    """The request as a whole cannot be read."""
    return GraphError(400, 100, f"(#100) {message}")


def rate_limited() -> GraphError:
    """Too many messages in a short time."""
    return GraphError(
        429,
        130429,
        "(#130429) Rate limit hit",
        details="Message failed to send because there were too many messages sent from this phone number in a short "
        "period of time",
    )


def broken() -> GraphError:
    """The provider failed; the same request may succeed later."""
    return GraphError(
        500, 131000, "(#131000) Something went wrong", details="Message failed to send due to an unknown error."
    )


UNDELIVERABLE: dict[str, Any] = {
    "code": 131026,
    "title": "Message undeliverable",
    "message": "Message undeliverable",
    "error_data": {"details": "Message Undeliverable."},
}
"""In a ``failed`` status: the contact cannot be reached."""

WINDOW_CLOSED: dict[str, Any] = {
    "code": 131047,
    "title": "Re-engagement message",
    "message": "Re-engagement message",
    "error_data": {
        "details": "Message failed to send because more than 24 hours have passed since the customer last replied to "
        "this number."
    },
}
"""In a ``failed`` status: only a template may be sent, for the contact has not written within 24 hours."""
