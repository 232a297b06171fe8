"""The shape of a section: what a module of `sections/` holds as `SECTION`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from verifier.policy import _keys
from verifier.policy._case import Case
from verifier.policy._keys import Schema
from verifier.policy._table import Table
from verifier.records import Decision, Finding, Level


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a policy: what it reads from TOML it decides by.

    A subclass declares its keys as fields (see `_keys`), or overrides `read` and `schema` together.
    """

    NAME: ClassVar[str]
    """Its table in the file."""
    PRECEDENCE: ClassVar[int] = 0
    """Of the sections that have an answer to a finding the one with the highest number decides."""
    WAIVABLE: ClassVar[tuple[str, ...]] = ()
    """Clauses, without the table's name, that a waiver may set aside."""

    @classmethod
    def read(cls, policy: Table) -> Self:
        """From the whole policy.

        Raises:
            PolicyError: the table is malformed.
        """
        return _keys.read(cls, policy.table(cls.NAME))

    @classmethod
    def schema(cls) -> Schema:
        """The JSON Schema of what stands at `NAME`."""
        return _keys.schema(cls)

    def answer(self, finding: Finding, case: Case) -> tuple[str, Level] | None:  # noqa: ARG002 - for subclasses
        """The clause that decides a finding and its level; None leaves it to other sections."""
        return None

    def decide(self, case: Case) -> Iterator[Decision]:  # noqa: ARG002 - for subclasses
        """Yields a Decision, with its reason, for each thing beside findings that this section judges.

        What was demanded and is there is a Decision too, at level ALLOW.
        """
        yield from ()
