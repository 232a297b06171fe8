"""What a file format looks like from outside."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A format and how it is recognized.

    Args:
        id: slug, as `torch-zip`.
        version: of the inspecting module; part of every Evidence (`how`) and of cache keys.
        title: for people.
        magic: `(offset, bytes)` pairs; any one present makes the format a candidate.
        suffixes: lower-case file endings that add the format as a candidate.
        refines: ids of more general formats this one replaces where both match by content.
        measured: what its magic begins says how long it is, and what follows is handed back to be recognized.
    """

    id: str
    version: int
    title: str
    magic: tuple[tuple[int, bytes], ...] = ()
    suffixes: tuple[str, ...] = ()
    refines: tuple[str, ...] = ()
    measured: bool = False

    @property
    def how(self) -> str:
        """As Evidence names the module: `id/version`."""
        return f"{self.id}/{self.version}"
