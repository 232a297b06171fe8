"""Names that are made to be taken for others."""

from __future__ import annotations

import re

_LOOKALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "3": "e", "5": "s"})
"""Characters that many typefaces do not tell apart, and digits written for letters."""


def resembles(name: str, known: str, distance: int) -> bool:
    """Whether a namespace could be taken for a known one, and is not it.

    Args:
        name: of an organization, or of a model without one.
        known: the one people mean.
        distance: edits up to which they resemble each other; short names allow fewer: one for every four characters.
    """
    if name == known:
        return False
    one, other = _folded(name), _folded(known)
    allowed = min(distance, min(len(one), len(other)) // 4)
    return abs(len(one) - len(other)) <= allowed and edits(one, other) <= allowed


def _folded(name: str) -> str:
    plain = re.sub(r"[-_.]", "", name.casefold()).translate(_LOOKALIKE)
    return plain.replace("rn", "m").replace("vv", "w")


def edits(one: str, other: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbors between two texts (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        earlier, before = before, row
        row = [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
