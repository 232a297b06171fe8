"""What was looked at, and what was not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from verifier.records.evidence import SENTENCE_LIMIT, visible


class CoverageState(StrEnum):
    """How far an artifact, or a range of it, was inspected. Only the first two can be clean."""

    INSPECTED = "inspected"
    DATA = "data"
    PARTIAL = "partial"
    UNKNOWN = "unknown-format"
    NOT_FETCHED = "not-fetched"
    LIMIT = "limit-hit"
    ERROR = "error"

    @property
    def clean(self) -> bool:
        """Whether bytes in this state may be accepted."""
        return self in (CoverageState.INSPECTED, CoverageState.DATA)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How an artifact, or a range of it, was inspected.

    Args:
        artifact: name of the artifact.
        state: how far.
        reason: why, as a person reads it, escaped by `visible`; required unless the state is INSPECTED.
        how: the module that says so and its version.
        offset: first byte meant.
        length: bytes meant; None is the rest of the artifact.
        unchecked: names of checks that need the whole body and were not made on a ranged read.
    """

    artifact: str
    state: CoverageState
    reason: str
    how: str
    offset: int = 0
    length: int | None = None
    unchecked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.reason and self.state is not CoverageState.INSPECTED:
            raise ValueError("coverage that is not complete gives its reason")
        object.__setattr__(self, "reason", visible(self.reason, SENTENCE_LIMIT))


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """What was read of a file.

    Args:
        artifact: path of the file.
        size: its bytes.
        read: bytes obtained for inspection (not for hashing); for a remote file, those that crossed the network.
        requests: HTTP requests made; 0 for local files.
        unread: byte ranges `(start, end)` no inspector was lent.
    """

    artifact: str
    size: int
    read: int
    requests: int
    unread: tuple[tuple[int, int], ...]
