"""`[symbols]`: symbols of pickles that somebody here has reviewed, each for the uses seen, or has forbidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from verifier.policy import _keys
from verifier.policy._case import Case, matches
from verifier.policy._keys import Schema, flag, text, words
from verifier.policy._section import Section
from verifier.policy._table import Table
from verifier.records import Decision, Finding, Level

REVIEWABLE = frozenset({"pickle-unknown-symbol", "pickle-unknown-symbol-with-intent"})
"""Rules whose findings a review answers. What is dangerous, unlisted or misused stays what it is."""

NAMING = frozenset({"pickle-symbols", "skops-types"})
"""Kinds of facts that list the symbols an artifact names."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One entry."""

    uses: tuple[str, ...] = words("as findings name them: `import`, `new()`, `call(str)`, `build(dict)`", required=True)
    reason: str = text("why it is safe so", required=True)
    owner: str = text("who says so", required=True)


@dataclass(frozen=True, slots=True)
class Forbidden:
    """One entry."""

    reason: str = text("why", required=True)
    owner: str = text("who says so", required=True)
    forbidden: bool = flag("nothing may name it, however harmless it is elsewhere")


@dataclass(frozen=True, slots=True)
class Symbols(Section):
    """Symbols reviewed here, as `[symbols."mylib.Net"]`, or with `forbidden = true` as `[symbols."mylib.*"]`.

    Args:
        entries: those reviewed, by `module.name`.
        forbidden: those no pickle may name, by `module.name`; `*` stands for any text.
    """

    NAME: ClassVar[str] = "symbols"
    PRECEDENCE: ClassVar[int] = 4

    entries: Mapping[str, Reviewed]
    forbidden: Mapping[str, Forbidden]

    @classmethod
    def read(cls, policy: Table) -> Self:
        """From the whole policy."""
        table = policy.table(cls.NAME)
        entries: dict[str, Reviewed] = {}
        forbidden: dict[str, Forbidden] = {}
        for name in table.all_keys():
            entry = table.table(name)
            if "forbidden" in entry.all_keys():
                forbidden[name] = _keys.read(Forbidden, entry)
                if not forbidden[name].forbidden:
                    entry.fail("forbidden", "takes true", "Or give the uses that were reviewed.")
            else:
                entries[name] = _keys.read(Reviewed, entry)
        return cls(entries, forbidden)

    @classmethod
    def schema(cls) -> Schema:
        """An entry by symbol."""
        told = (cls.__doc__ or "").split("\n")[0]
        entry: Schema = {"anyOf": [_keys.schema(Reviewed), _keys.schema(Forbidden)]}
        return {"type": "object", "description": told, "additionalProperties": entry}

    def answer(self, finding: Finding, case: Case) -> tuple[str, Level] | None:  # noqa: ARG002 - see Section
        """A symbol and a use that were reviewed are worth a note."""
        details = dict(finding.parameters)
        entry = self.entries.get(str(details.get("symbol")))
        if finding.rule not in REVIEWABLE or entry is None or details.get("use") not in entry.uses:
            return None
        return f"symbols.{details['symbol']}", Level.NOTE

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for each forbidden symbol that an artifact names."""
        for fact in case.dossier.facts if self.forbidden else ():
            if fact.kind not in NAMING or not isinstance(fact.value, tuple):
                continue
            for pattern, entry in self.forbidden.items():
                for name in fact.value:
                    if matches(str(name), [pattern]):
                        artifact = fact.evidence.artifact
                        reason = f"{artifact}: it names {name}, which is forbidden here: {entry.reason}"
                        yield Decision(f"symbols.{pattern}", Level.DENY, artifact, reason)


SECTION = Symbols
