"""The kinds of message the Cloud API takes, with the limits that Meta documents for each."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Text(_Part):
    """Words; links in them are shown with a preview when ``preview_url``."""

    body: Annotated[str, Field(min_length=1, max_length=4096)]
    preview_url: bool = False

    def words(self) -> str:
        """What the contact reads."""
        return self.body


class Media(_Part):
    """A file, uploaded before (``id``) or fetched by the provider (``link``)."""

    id: str | None = None
    link: str | None = None
    caption: Annotated[str, Field(max_length=1024)] | None = None
    filename: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "Media":
        if (self.id is None) == (self.link is None):
            raise ValueError("exactly one of 'id' and 'link' must be given")
        return self

    def words(self) -> str | None:
        """What the contact reads."""
        return self.caption or self.filename


class Location(_Part):
    """A place."""

    latitude: Annotated[float, Field(ge=-90, le=90, strict=False)]
    longitude: Annotated[float, Field(ge=-180, le=180, strict=False)]
    name: str | None = None
    address: str | None = None

    def words(self) -> str | None:
        """What the contact reads."""
        return self.name or self.address


class Reaction(_Part):
    """An emoji on a message; an empty one takes it back."""

    message_id: str
    emoji: str

    def words(self) -> str:
        """What the contact reads."""
        return self.emoji


class Reply(_Part):
    """What a button or a row sends back."""

    id: Annotated[str, Field(min_length=1, max_length=256)]
    title: Annotated[str, Field(min_length=1, max_length=20)]


class Button(_Part):
    """A reply button."""

    type: Literal["reply"]
    reply: Reply


class Row(_Part):
    """A line of a list to choose from."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(min_length=1, max_length=24)]
    description: Annotated[str, Field(max_length=72)] | None = None


class Section(_Part):
    """Rows under a title."""

    title: Annotated[str, Field(max_length=24)] | None = None
    rows: Annotated[list[Row], Field(min_length=1, max_length=10)]


class Buttons(_Part):
    """Up to three reply buttons."""

    buttons: Annotated[list[Button], Field(min_length=1, max_length=3)]


class Menu(_Part):
    """A button that opens a list of up to ten rows."""

    button: Annotated[str, Field(min_length=1, max_length=20)]
    sections: Annotated[list[Section], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _ten_rows(self) -> "Menu":
        if sum(len(section.rows) for section in self.sections) > 10:
            raise ValueError("a list has at most 10 rows in all its sections")
        return self


class Words(_Part):
    """The text of an interactive message or its footer."""

    text: Annotated[str, Field(min_length=1, max_length=1024)]


class ButtonMessage(_Part):
    """Words with reply buttons."""

    type: Literal["button"]
    body: Words
    action: Buttons
    header: dict[str, Any] | None = None
    footer: Words | None = None

    def words(self) -> str:
        """What the contact reads."""
        return self.body.text


class ListMessage(_Part):
    """Words with a list to choose from."""

    type: Literal["list"]
    body: Words
    action: Menu
    header: dict[str, Any] | None = None
    footer: Words | None = None

    def words(self) -> str:
        """What the contact reads."""
        return self.body.text


class Language(_Part):
    """The language a template was approved in."""

    code: Annotated[str, Field(min_length=2, max_length=15)]
    policy: Literal["deterministic"] | None = None


class Template(_Part):
    """An approved message, the only kind allowed outside the 24-hour window."""

    name: Annotated[str, Field(min_length=1, max_length=512)]
    language: Language
    components: list[dict[str, Any]] = []

    def words(self) -> str:
        """What the contact reads."""
        return self.name
