"""Pieces of HTML that hold text of models as nothing but text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from verifier._version import __version__
from verifier.reports._view import safe

_STYLE = Path(__file__).parent / "report.css"

MOST = 1000
"""Rows of a table, or nodes of a tree; what follows is counted."""


def document(title: str, question: str, content: str) -> str:
    """A whole page that loads and runs nothing.

    Args:
        title: HTML.
        question: its heading; HTML.
        content: HTML.
    """
    style = _STYLE.read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{question}</h1>\n{content}"
        f"</main>\n<footer>model-verify {__version__}</footer>\n</body>\n</html>\n"
    )


def text(shown: str) -> str:
    """Text from a model, as nothing but text."""
    return escape(safe(shown))


def code(shown: str) -> str:
    """A name or piece of code from a model."""
    return f"<code>{text(shown)}</code>"


def fold(summary: str, content: str, *, unfolded: bool = False) -> str:
    """Content below a line that opens and closes it, without a script.

    Args:
        summary: HTML.
        content: HTML.
        unfolded: it is open at first.
    """
    return f"<details{' open' if unfolded else ''}><summary>{summary}</summary>\n{content}</details>\n"


def table(head: Iterable[str], rows: Sequence[tuple[str, ...]], name: str) -> str:
    """A table of HTML cells; on phones each row is a block of named cells.

    Args:
        head: names of the columns; the style gives them their widths.
        rows: a cell a column.
        name: class of the table, a slug.
    """
    names = list(head)
    body = "".join(
        "<tr>" + "".join(f'<td data-name="{n}">{cell}</td>' for n, cell in zip(names, row, strict=True)) + "</tr>\n"
        for row in rows[:MOST]
    )
    heads = "".join(f'<th scope="col">{one}</th>' for one in names)
    more = f"<p>and {len(rows) - MOST} more.</p>\n" if len(rows) > MOST else ""
    return f'<table class="{name}">\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n{more}'


def titled(title: str, head: Iterable[str], rows: Sequence[tuple[str, ...]], empty: str, note: str = "") -> str:
    """A table below its heading, or the sentence that there is none; the heading's first word is the table's class."""
    content = f"{note}{table(head, rows, title.partition(' ')[0].lower())}" if rows else f"<p>{empty}</p>\n"
    return f"<h3>{title}</h3>\n{content}"
