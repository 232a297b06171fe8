"""What differs between two models, or two revisions of one, or a model and the one it was made from."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.records.delta import Delta
from verifier.records.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Difference:
    """A thing that is not the same.

    Args:
        name: what it is: a path, a rule, a symbol, a setting.
        before: as it was; None where it is new.
        after: as it is; None where it is gone.
    """

    name: str
    before: str | None
    after: str | None

    @property
    def sign(self) -> str:
        """`+` for what is new, `-` for what is gone, `~` for what is another."""
        return "+" if self.before is None else "-" if self.after is None else "~"


@dataclass(frozen=True, slots=True)
class Diff:
    """What differs between two models.

    Args:
        before: verdict on the first.
        after: verdict on the second, with what the comparison shows.
        declared: the first is the one the second says it was made from.
        sections: what differs by what kind of thing it is, as `files`; kinds in which nothing differs are left out.
        delta: what became of the tensors; None where they were not compared.
        untold: why they were not; "" where they were.
    """

    before: Verdict
    after: Verdict
    declared: bool
    sections: tuple[tuple[str, tuple[Difference, ...]], ...]
    delta: Delta | None
    untold: str = ""

    @property
    def same(self) -> bool:
        """Nothing that was looked at differs."""
        return not self.sections and not (self.delta and self.delta.changes)
