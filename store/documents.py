"""JSON as PostgreSQL's ``jsonb`` takes it."""

import json
from typing import Any

import orjson


def dumps(document: Any) -> str:
    """The document as text; UUIDs and aware datetimes in it are written in ISO's form.

    Raises ``TypeError`` for what JSON does not have.
    """
    try:
        return orjson.dumps(document).decode()
    except TypeError:
        # orjson refuses integers beyond 64 bits, which JSON and the database have.
        return json.dumps(document)
