"""`[symbols]`: symbols of pickles that somebody here has reviewed, each for the uses seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.policy._table import Table
from verifier.records import Finding

REVIEWABLE = frozenset({"pickle-unknown-symbol", "pickle-unknown-symbol-with-intent"})
"""Rules whose findings a review answers. What is dangerous, unlisted or misused stays what it is."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One entry.

    Args:
        uses: as findings name them (parameter `use`): `import`, `new()`, `call(str)`, `build(dict)`.
        reason: why it is safe so.
        owner: who says so.
    """

    uses: tuple[str, ...]
    reason: str
    owner: str


@dataclass(frozen=True, slots=True)
class Symbols:
    """All entries by `module.name`."""

    entries: Mapping[str, Reviewed]

    @classmethod
    def read(cls, policy: Table) -> Symbols:
        """From the whole policy."""
        table = policy.table("symbols")
        return cls({name: _entry(table.table(name)) for name in table.all_keys()})

    def answers(self, finding: Finding) -> bool:
        """Whether the finding is about a symbol and a use that were reviewed."""
        details = dict(finding.parameters)
        entry = self.entries.get(str(details.get("symbol")))
        return finding.rule in REVIEWABLE and entry is not None and details.get("use") in entry.uses


def _entry(table: Table) -> Reviewed:
    entry = Reviewed(table.words("uses"), table.text("reason"), table.text("owner"))
    for key, value in (("uses", entry.uses), ("reason", entry.reason), ("owner", entry.owner)):
        if not value:
            table.fail(key, "is missing", "An entry gives uses, a reason and an owner.")
    table.close()
    return entry
