"""What recognition wants to know of a zip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verifier.errors import BudgetExceeded, Malformed
from verifier.records import Reader

if TYPE_CHECKING:
    from verifier.formats._zip.entries import Entry


def listed(reader: Reader) -> tuple[Entry, ...]:
    """The entries of a zip: one read at the end, and one of the directory. What is no sound zip has none."""
    from verifier.formats._zip.directory import find_directory

    try:
        if find_directory(reader) is None:
            return ()
        from verifier.formats._zip.archive import Archive

        return Archive(reader).entries
    except (BudgetExceeded, Malformed):
        return ()
