"""JSON for a page: its tokens marked for colour. Pure."""

import json
import re
from typing import Any

from markupsafe import Markup, escape

_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=\s*:)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)'
    r"|(?P<word>true|false|null)"
)


def highlighted(document: Any) -> Markup:
    """The document as indented JSON with its tokens in ``<span class="k|t|n|w">``; everything is escaped."""
    source = json.dumps(document, indent=2, ensure_ascii=False)
    parts: list[Markup] = []
    end = 0
    for match in _TOKEN.finditer(source):
        kind = str(match.lastgroup)[0]
        parts += [escape(source[end : match.start()]), Markup('<span class="{}">{}</span>').format(kind, match[0])]
        end = match.end()
    return Markup("").join([*parts, escape(source[end:])])
