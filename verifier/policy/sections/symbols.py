"""`[symbols]`: symbols of pickles that somebody here has reviewed, each for the uses seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from verifier.policy import _keys
from verifier.policy._case import Case
from verifier.policy._keys import Schema, text, words
from verifier.policy._section import Section
from verifier.policy._table import Table
from verifier.records import Finding, Level

REVIEWABLE = frozenset({"pickle-unknown-symbol", "pickle-unknown-symbol-with-intent"})
"""Rules whose findings a review answers. What is dangerous, unlisted or misused stays what it is."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One entry."""

    uses: tuple[str, ...] = words("as findings name them: `import`, `new()`, `call(str)`, `build(dict)`", required=True)
    reason: str = text("why it is safe so", required=True)
    owner: str = text("who says so", required=True)


@dataclass(frozen=True, slots=True)
class Symbols(Section):
    """Symbols somebody here has reviewed, as `[symbols."mylib.Net"]`; `verify review` writes them.

    Args:
        entries: by `module.name`.
    """

    NAME: ClassVar[str] = "symbols"
    PRECEDENCE: ClassVar[int] = 4

    entries: Mapping[str, Reviewed]

    @classmethod
    def read(cls, policy: Table) -> Self:
        """From the whole policy."""
        table = policy.table(cls.NAME)
        return cls({name: _keys.read(Reviewed, table.table(name)) for name in table.all_keys()})

    @classmethod
    def schema(cls) -> Schema:
        """An entry by symbol."""
        told = (cls.__doc__ or "").split("\n")[0]
        return {"type": "object", "description": told, "additionalProperties": _keys.schema(Reviewed)}

    def answer(self, finding: Finding, case: Case) -> tuple[str, Level] | None:  # noqa: ARG002 - see Section
        """A symbol and a use that were reviewed are worth a note."""
        details = dict(finding.parameters)
        entry = self.entries.get(str(details.get("symbol")))
        if finding.rule not in REVIEWABLE or entry is None or details.get("use") not in entry.uses:
            return None
        return f"symbols.{details['symbol']}", Level.NOTE


SECTION = Symbols
