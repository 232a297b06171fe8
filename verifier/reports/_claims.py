"""How what is said of a model fares against what its files show, in one line."""

from __future__ import annotations

from collections import Counter

from verifier.records import Dossier, Result
from verifier.records.terms import Measured

_NO_CLAIMS = ("digest", *Measured)
"""Kinds of comparisons that are shown elsewhere."""

_ORDER = (Result.CONSISTENT, Result.CONTRADICTED, Result.INCONCLUSIVE, Result.NOT_CHECKABLE)


def tally(dossier: Dossier) -> str:
    """As `7 consistent, 1 contradicted (layers), 2 inconclusive`; empty where nothing is claimed."""
    held = [one for one in dossier.comparisons if one.claim is not None and one.kind not in _NO_CLAIMS]
    counts = Counter(one.result for one in held)
    wrong = ", ".join(sorted({one.kind for one in held if one.result is Result.CONTRADICTED}))
    return ", ".join(
        f"{counts[result]} {result.value}" + (f" ({wrong})" if result is Result.CONTRADICTED else "")
        for result in _ORDER
        if counts[result]
    )
