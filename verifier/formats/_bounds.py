"""How many things of one kind are remembered of a file."""

from __future__ import annotations

from collections.abc import Sized
from typing import Final

from verifier.errors import BudgetExceeded

MOST: Final = 200_000
"""Tensors, operators or ranges of one file; the largest models have some ten thousand."""


def bounded(found: Sized, what: str) -> None:
    """Looks at a collection that grows with the file.

    Raises:
        BudgetExceeded: it holds more than MOST.
    """
    if len(found) > MOST:
        raise BudgetExceeded(f"the file holds more than {MOST} {what}")
