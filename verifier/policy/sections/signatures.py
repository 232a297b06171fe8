"""`[signatures]`: which models must be signed, by how many, and which signers and models are revoked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Self, cast

from verifier.policy import _keys
from verifier.policy._case import Case
from verifier.policy._keys import choice, level, number, words
from verifier.policy._section import Section
from verifier.policy._table import Table
from verifier.policy.sections.signers import Signers
from verifier.records import Claim, Comparison, Decision, Level, Result, Value
from verifier.records.canonical import snapshot_digest
from verifier.records.trust import Signer


class Require(StrEnum):
    """Which models must be signed."""

    NEVER = "never"
    NAMED = "named"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Signatures(Section):
    """Which models must be signed by those `[[signers]]` names, and what is revoked.

    Args:
        signers: those of the same policy.
    """

    NAME: ClassVar[str] = "signatures"
    WAIVABLE: ClassVar[tuple[str, ...]] = ("coverage", "require", "unread")

    require: Require = choice(
        "which models must be signed: never, named (by a signer's models) or always", Require, Require.NEVER
    )
    threshold: int = number(
        "how many signers of one model it takes, each with a key or identity of their own", 1, 1, 16
    )
    missing: Level = level("a signature that is required and not there", Level.DENY, (Level.DENY, Level.UNDECIDED))
    revoked: tuple[str, ...] = words(
        "fingerprints of signers, or digests of models, that no longer count: SHA-256, hex"
    )
    signers: tuple[Signer, ...] = ()

    @classmethod
    def read(cls, policy: Table) -> Self:
        """From the whole policy."""
        table = policy.table(cls.NAME)
        own = _keys.read(cls, table)
        for digest in own.revoked:
            if not re.fullmatch(r"[0-9a-f]{64}", digest):
                table.fail("revoked", f"takes 64 lower-case hexadecimal digits each, not {digest[:80]!r}")
        return cls(own.require, own.threshold, own.missing, own.revoked, Signers.read(policy).trusted)

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for what is revoked, for a signature that must be there and is not, and for what it leaves out."""
        if snapshot_digest(case.dossier.snapshot) in self.revoked:
            yield Decision("signatures.revoked", Level.DENY, case.model, "the policy has revoked this model")
        good: dict[Claim, set[str]] = {}
        for claim in case.dossier.claims:
            if claim.kind != "signature":
                continue
            told = _details(claim)
            known = {str(told.get(key)) for key in ("fingerprint", "root", "binding")} | {*_list(told, "chain")}
            if named := known & {*self.revoked}:
                reason = f"the policy has revoked {min(named)}, which the signature {claim.evidence.artifact} names"
                yield Decision("signatures.revoked", Level.DENY, claim, reason)
            elif names := {signer.name for signer in self.signers if signer.mark in _list(told, "signers")}:
                good[claim] = names
        if self._required(case.model):
            yield from self._judged(case, good)

    def _required(self, model: str) -> bool:
        named = any(signer.names(model) for signer in self.signers)
        return self.require is Require.ALWAYS or (self.require is Require.NAMED and named)

    def _judged(self, case: Case, good: Mapping[Claim, set[str]]) -> Iterator[Decision]:
        whole = {claim: names for claim, names in good.items() if not _open(claim)}
        names = sorted({name for found in whole.values() for name in found})
        count = _distinct(whole)
        if count >= self.threshold:
            yield Decision("signatures.require", Level.ALLOW, case.model, f"it is signed by {', '.join(names)}")
            yield from self._unread(case, whole)
            return
        for claim in good.keys() - whole.keys():
            left = ", ".join(_open(claim)[:3])
            reason = f"the signature {claim.evidence.artifact} by {claim.who} leaves out {left}"
            yield Decision("signatures.coverage", self.missing, claim, reason)
        wanted = f"{self.threshold} signers" if self.threshold > 1 else "a signer"
        by = f"only by {', '.join(names)}" if names else "by nobody it trusts"
        by += ", who share keys or identities" if len(names) > count else ""
        reason = f"the policy wants it signed by {wanted} it names; it is signed {by}"
        yield Decision("signatures.require", self.missing, case.model, reason)

    def _unread(self, case: Case, whole: Mapping[Claim, set[str]]) -> Iterator[Decision]:
        """Signed digests that could be held against nothing: a signature over bytes nobody knows shows nothing."""
        places = {claim.evidence for claim in whole}
        for one in case.dossier.comparisons:
            if one.result is Result.INCONCLUSIVE and _signed(one) and cast(Claim, one.claim).evidence in places:
                name = cast(Claim, one.claim).subject
                yield Decision("signatures.unread", Level.UNDECIDED, one, f"{name}: signed, but {one.reason}")


def _distinct(good: Mapping[Claim, set[str]]) -> int:
    """How many signed: all names of one key or identity are one signer, and so are all keys of one name."""
    groups: list[set[Value]] = []
    for claim, names in good.items():
        told = _details(claim)
        joined: set[Value] = {*names, _list(told, "names") or (str(told.get("fingerprint")),)}
        for group in [one for one in groups if one & joined]:
            groups.remove(group)
            joined |= group
        groups.append(joined)
    return len(groups)


def _signed(comparison: Comparison) -> bool:
    return comparison.claim is not None and comparison.claim.channel == "signature"


def _open(claim: Claim) -> tuple[str, ...]:
    """Files with weights, code or settings that a signature does not cover; all, where it covers nothing."""
    told = _details(claim)
    return (*_list(told, "content"), *_list(told, "hidden")) if told.get("covered") else ("every file",)


def _details(claim: Claim) -> Mapping[str, Value]:
    return dict(cast(tuple[tuple[str, Value], ...], claim.value))


def _list(told: Mapping[str, Value], key: str) -> tuple[str, ...]:
    return cast(tuple[str, ...], told.get(key, ()))


SECTION = Signatures
