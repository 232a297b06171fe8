"""Where something was seen, what was seen there, and which module saw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, Union

WHAT_LIMIT = 200
"""Most characters of seen content an Evidence may carry."""

SENTENCE_LIMIT = 1000
"""Most characters of a sentence a record may carry."""

Value: TypeAlias = Union[str, int, float, bool, tuple["Value", ...], None]
"""Plain immutable data, as it stands in facts, claims and parameters."""

Parameters: TypeAlias = tuple[tuple[str, Value], ...]
"""Named values in order of their names."""


def parameters(**values: Value) -> Parameters:
    """Named values as the sorted tuple the records carry."""
    return tuple(sorted(values.items()))


def visible(text: str, limit: int = WHAT_LIMIT) -> str:
    """Text that is safe to show: one line, no control, bidi or unassigned characters, at most `limit` characters.

    Longer text is cut in the middle of nowhere and ends in `…`, so that the length never exceeds `limit`.
    """
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text[: limit + 1]
    )
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One place in a snapshot.

    Args:
        artifact: name of the artifact, members chained as `outer!inner` (see Artifact.name).
        what: what was seen there; escaped and cut by `visible`.
        how: the module that saw it and its version, as `pickle/1`.
        offset: byte offset in the artifact (for a member: in the member's own bytes).
        length: number of bytes meant, from offset.
        pointer: JSON pointer (RFC 6901) where the artifact is a JSON-like document.
    """

    artifact: str
    what: str
    how: str
    offset: int | None = None
    length: int | None = None
    pointer: str | None = None

    def __post_init__(self) -> None:
        if not self.artifact or not self.how:
            raise ValueError("evidence names an artifact and the module that saw it")
        if (self.offset or 0) < 0 or (self.length or 0) < 0:
            raise ValueError("offset and length are not negative")
        object.__setattr__(self, "what", visible(self.what))
