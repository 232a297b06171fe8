"""The only view an inspector has of bytes."""

from __future__ import annotations

from typing import Protocol


class Reader(Protocol):
    """Bounded random access to an artifact's bytes."""

    @property
    def size(self) -> int:
        """Bytes in the artifact."""

    def read_at(self, offset: int, length: int) -> bytes:
        """The `length` bytes from `offset`, fewer only where the artifact ends.

        Raises:
            SourceError: the bytes could not be obtained, or changed meanwhile.
            BudgetExceeded: the read would pass a limit.
            Malformed: a container's member could not be decoded.
        """
