"""Where a stream stands."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.records import Evidence


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stream stands, as evidence names it.

    Args:
        artifact: name of the artifact (`Artifact.name`).
        how: of the format module that inspects it (`Format.how`).
        label: what the stream is to people, as `stream 2` or `data.pkl`; empty where there is only one.
        base: added to offsets (a nested stream's events count from its own first byte); None where offsets mean nothing to the
            artifact, because the nested bytes are escaped or encoded there.
    """

    artifact: str
    how: str
    label: str = ""
    base: int | None = 0

    def evidence(self, offset: int, what: str, length: int | None = None) -> Evidence:
        """Evidence at an offset of the stream's reader."""
        return Evidence(self.artifact, what, self.how, None if self.base is None else self.base + offset, length)
