"""What was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SourceKind(StrEnum):
    """The kinds of place a model can stand in."""

    HUB = "hub"
    FOLDER = "folder"
    FILE = "file"
    CACHE = "cache"
    URL = "url"


@dataclass(frozen=True, slots=True)
class Reference:
    """A model as a person named it.

    Args:
        text: as typed.
        kind: which source answers.
        location: hub id (`org/name` or `name`), absolute path, or URL without fragment.
        revision: branch, tag or commit asked for; None is the source's default.
        sha256: digest the reference itself demands (64 lower-case hex digits), or None.
    """

    text: str
    kind: SourceKind
    location: str
    revision: str | None = None
    sha256: str | None = None

    def __post_init__(self) -> None:
        if not self.text or not self.location:
            raise ValueError("a reference names a location")
