"""What is known about the operators of TensorFlow graphs: `tensorflow.toml`.

`[python]`, `[machine]` and `[feeding]` map a name to what the operator does; `libraries.names` and `standard.names`
list those that only compute.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from verifier.data.registries import read


class Reach(StrEnum):
    """What an operator can touch."""

    PYTHON = "python"
    MACHINE = "machine"
    FEEDING = "feeding"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator that does more than compute, or of which nothing is known.

    Args:
        reach: what it can touch.
        why: what it does, as the end of a sentence about it.
    """

    reach: Reach
    why: str


def operator(name: str) -> Operator | None:
    """What is to be said of an operator; None of one that only computes."""
    known, computing = _registry()
    if name in computing:
        return None
    return known.get(name, Operator(Reach.UNKNOWN, "is native code of a library that is not part of TensorFlow"))


@cache
def _registry() -> tuple[dict[str, Operator], frozenset[str]]:
    table = read("tensorflow.toml")
    known = {
        name: Operator(reach, why)
        for reach in (Reach.PYTHON, Reach.MACHINE, Reach.FEEDING)
        for name, why in table[reach].items()
    }
    return known, frozenset(name for part in ("libraries", "standard") for name in table[part]["names"].split())
