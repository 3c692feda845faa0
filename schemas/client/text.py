"""Python source as text, in the form that the formatter leaves alone. Pure."""

import textwrap

WIDTH = 120
MARK = "# Derived from Balcão's register by `balcao derive`; do not edit."


def docstring(text: str, indent: str = "", *, more: str = "") -> str:
    """A docstring's lines; ``more`` is a paragraph of its own."""
    text, more = _safe(text), _safe(more)
    if not more and len(indent) + len(text) + 6 <= WIDTH:
        return f'{indent}"""{text}"""\n'
    paragraphs = [_wrapped(f'"""{text}', indent)] + ([_wrapped(more, indent)] if more else [])
    return "\n\n".join(paragraphs) + f'\n{indent}"""\n'


def _wrapped(text: str, indent: str) -> str:
    wrap = textwrap.TextWrapper(WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
    return wrap.fill(text)


def _safe(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', "'")
