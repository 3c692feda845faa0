"""The catalogue's two languages: its own words, and the register's sentences in Portuguese."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

from backoffice.catalogue.words import WORDS
from schemas.rules import Between, Differ, Filled, Format, Rule, Together

PORTUGUESE = Path(__file__).with_name("portuguese.json")


@dataclass(frozen=True)
class Language:
    """``tag`` is BCP 47; ``folder`` is where the language's pages are, empty for the first language."""

    code: str
    tag: str
    name: str
    folder: str

    def say(self, key: str, **values: object) -> str:
        """The catalogue's own words. Raises ``KeyError`` for an unknown key or a missing value."""
        return WORDS[key][self.code].format(**values)

    def told(self, text: str) -> str:
        """A sentence of the register, in this language where it is known and as it stands where not."""
        return text if self.code == "en" else sentences().get(text, text)

    def marked(self, text: str) -> Markup:
        """``told`` for a page; a sentence that stayed English is marked so for whoever reads it aloud."""
        found = self.told(text)
        if self.code == "en" or text in sentences():
            return escape(found)
        return Markup('<span lang="en">{}</span>').format(found)

    def retention(self, kept: timedelta | None) -> str:
        """How long records are kept, in words."""
        if kept is None:
            return self.say("kept_for_ever")
        days, hours = kept.days, kept.seconds // 3600
        unit, count = ("days", days) if days else ("hours", hours)
        return self.say(f"kept_{unit}_one" if count == 1 else f"kept_{unit}", count=count)

    def day(self, day: date) -> str:
        """A day as people write it."""
        return f"{day:%d/%m/%Y}" if self.code == "pt" else f"{day.day} {day:%B %Y}"

    def rule(self, rule: Rule) -> str:
        """A rule as a sentence."""
        if self.code == "en":
            return rule.text
        match rule:
            case Between(field, least, None):
                return f"{field} é no mínimo {_number(least)}."
            case Between(field, None, most):
                return f"{field} é no máximo {_number(most)}."
            case Between(field, least, most):
                return f"{field} fica entre {_number(least)} e {_number(most)}."
            case Format(field, name):
                return f"{field} é um {name.upper()} válido."
            case Filled(field):
                return f"{field} não fica em branco."
            case Together(names):
                return f"{' e '.join(names)} vêm juntos ou não vêm."
            case Differ(one, other):
                return f"{one} e {other} são diferentes."
        return self.told(rule.text)


def _number(number: object) -> str:
    return str(number).replace(".", ",")


PT = Language("pt", "pt-BR", "Português", "")
EN = Language("en", "en", "English", "en/")
LANGUAGES = (PT, EN)


@cache
def sentences() -> Mapping[str, str]:
    """The register's English sentences, each with its Portuguese."""
    found: dict[str, str] = json.loads(PORTUGUESE.read_text(encoding="utf-8"))
    return found
