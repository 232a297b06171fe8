"""What differs between two models, told: for people, for machines, and as a page. One module a format."""

from __future__ import annotations

from verifier.errors import UsageError
from verifier.records import visible
from verifier.records.diff import Diff

FORMATS = ("html", "json", "plain")


def render(name: str, diff: Diff, *, verbose: int = 0) -> str:
    """The report's whole text.

    Args:
        name: of the format.
        diff: what differs.
        verbose: -1 for the verdict line only, 0, or 1 for everything; only where people read lines.

    Raises:
        UsageError: there is no such format.
    """
    check(name)
    if name == "html":
        from verifier.reports._diff import html

        return html.render(diff)
    if name == "json":
        from verifier.reports._diff import json

        return json.render(diff)
    from verifier.reports._diff import plain

    return plain.render(diff, verbose)


def check(name: str) -> None:
    """Makes sure that there is a format.

    Raises:
        UsageError: there is none.
    """
    if name not in FORMATS:
        raise UsageError(f"A difference has no format {visible(name)!r}.", f"Use one of {', '.join(FORMATS)}.")
