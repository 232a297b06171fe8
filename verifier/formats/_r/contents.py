"""What a walk over R's serialization notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from verifier.formats._bounds import bounded
from verifier.formats._ranges import Range


class Place(Enum):
    """Where an item stands, and so who would evaluate language in it.

    DATA: nobody, or who refits the model. TERMS: `predict`, by the model's formula. CODE: who calls the function.
    PROMISE: who looks at a variable. FRAME: nobody, these are an environment's variables; BOUND is the value of one.
    """

    DATA = "a record"
    TERMS = "a formula"
    CODE = "a function"
    PROMISE = "a promise"
    FRAME = "variables"
    BOUND = "a variable"

    @property
    def inner(self) -> Place:
        """That of what an item here holds."""
        return {Place.FRAME: Place.BOUND, Place.BOUND: Place.DATA}.get(self, self)


@dataclass(slots=True)
class Contents:
    """Notes of one stream.

    Args:
        calls: name of a function (empty: it is computed) and where it is called, to the first offset.
        pending: promises with code that has not run, in an environment: R writes unused arguments so.
        planted: such promises elsewhere, where R never leaves them.
        functions: where functions stand.
        compiled: names in the constants of bytecode.
        builtins: primitives that stand as values.
        lazy: package and class of vectors that a package restores.
        payloads: values of vectors.
    """

    calls: dict[tuple[str, Place], int] = field(default_factory=dict)
    pending: list[int] = field(default_factory=list)
    planted: list[int] = field(default_factory=list)
    functions: list[int] = field(default_factory=list)
    compiled: dict[str, int] = field(default_factory=dict)
    builtins: dict[str, int] = field(default_factory=dict)
    lazy: dict[tuple[str, str], int] = field(default_factory=dict)
    payloads: list[Range] = field(default_factory=list)

    def called(self, name: str, place: Place, offset: int) -> None:
        """Notes a call."""
        self.calls.setdefault((name, place), offset)
        bounded(self.calls, "calls of functions")

    def promised(self, place: Place, offset: int) -> None:
        """Notes a promise whose code has not run."""
        found = self.pending if place is Place.BOUND else self.planted
        found.append(offset)
        bounded(found, "promises")
