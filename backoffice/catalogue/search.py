"""What the search looks through, as data for the page's script. Pure."""

from typing import Any

from backoffice.catalogue.fields import Field, fields
from backoffice.catalogue.language import Language
from backoffice.catalogue.register import Register
from schemas.topic import Visibility


def index(register: Register, language: Language) -> list[dict[str, Any]]:
    """One entry a topic: name, title, description, owner, address from the language's folder, fields with their words.

    English stays searchable in Portuguese: names are English, and somebody may know only those.
    """
    return [
        {
            "name": topic.name,
            "title": topic.value.__name__,
            "text": language.told(topic.description),
            "also": topic.description,
            "owner": topic.owner,
            "url": f"topics/{topic.name}.html",
            "public": topic.visibility is Visibility.PUBLIC,
            "fields": [[field.name, _told(field, language)] for field in fields(topic.value, language)],
        }
        for topic in register.topics
    ]


def _told(field: Field, language: Language) -> str:
    told = language.told(field.doc)
    if field.personal is None:
        return told
    return f"{told} ({language.say('personal')}: {language.told(field.personal)})"
