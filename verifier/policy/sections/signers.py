"""`[[signers]]`: whom an organization trusts to sign models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from verifier.policy import _keys
from verifier.policy._keys import Schema, choice, maybe_day, text, words
from verifier.policy._section import Section
from verifier.policy._table import Table
from verifier.records.canonical import Plain
from verifier.records.trust import WORKFLOW, Method, Signer

_BEGINS = {
    Method.KEY: "-----BEGIN PUBLIC KEY-----",
    Method.CERTIFICATE: "-----BEGIN CERTIFICATE-----",
    Method.SIGSTORE: "{",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry."""

    name: str = text("who they are, for people", required=True)
    pem: str = text("their public key, or the certificates theirs must lead to, as PEM text")
    trusted_root: str = text("of sigstore: trusted_root.json as text, instead of the public one the package ships")
    method: Method = choice("how they sign", Method, Method.KEY)
    models: tuple[str, ...] = words("models they sign: hub ids, paths or URLs; `*` stands for any text; empty is all")
    identity: str = text("what a name in their certificate must be; `*` stands for any text")
    issuer: str = text("of sigstore: the URL of who vouches for the identity, exactly")
    workflow: tuple[str, ...] = words(
        "of sigstore: what the certificate must say of the workflow, as name=text, `*` for any text; names are "
        "repository, ref, digest, trigger, repository-id, owner-id and runner"
    )
    timestamp_authority: str = text(
        "of certificate: certificates of who is believed about when a certificate that has expired signed, as PEM text"
    )
    not_before: date | None = maybe_day("first day their signatures count")
    not_after: date | None = maybe_day("last day their signatures count")

    @property
    def signer(self) -> Signer:
        """As claims are judged by it."""
        return Signer(
            name=self.name,
            method=self.method,
            pem=self.trusted_root or self.pem,
            models=self.models or ("*",),
            identity=self.identity,
            issuer=self.issuer,
            workflow=self.workflow,
            clocks=self.timestamp_authority,
            begins=self.not_before,
            ends=self.not_after,
        )


@dataclass(frozen=True, slots=True)
class Signers(Section):
    """Whom to trust to sign models; `verify trust` writes them.

    Args:
        trusted: in the order of the file.
    """

    NAME: ClassVar[str] = "signers"

    trusted: tuple[Signer, ...]

    @classmethod
    def read(cls, policy: Table) -> Self:
        """From the whole policy."""
        return cls(tuple(_entry(table).signer for table in policy.tables(cls.NAME)))

    @classmethod
    def schema(cls) -> Schema:
        """An array of entries."""
        told: Plain = (cls.__doc__ or "").split("\n")[0]
        return {"type": "array", "description": told, "items": _keys.schema(Entry)}


def _entry(table: Table) -> Entry:
    entry = _keys.read(Entry, table)
    if entry.method is Method.SIGSTORE:
        _check_keyless(entry, table)
    elif not entry.pem:
        table.fail("pem", "is missing", "`verify trust add` writes it.")
    elif not entry.pem.lstrip().startswith(_BEGINS[entry.method]):
        table.fail("pem", f"is not PEM text that begins with {_BEGINS[entry.method]}", "`verify trust add` writes it.")
    elif entry.trusted_root or entry.issuer or entry.workflow:
        table.fail("method", "has neither trusted-root nor issuer nor workflow", 'Those go with method = "sigstore".')
    if entry.timestamp_authority:
        _check_clocks(entry, table)
    if entry.method is Method.KEY and entry.identity:
        table.fail("identity", "goes with certificates only", "Remove it: a key has no names.")
    if entry.not_before and entry.not_after and entry.not_before > entry.not_after:
        table.fail("not-after", f"is before {entry.not_before}, the first day", "Correct one of the two.")
    return entry


def _check_clocks(entry: Entry, table: Table) -> None:
    if entry.method is not Method.CERTIFICATE:
        table.fail("timestamp-authority", "goes with certificates only", "Keys do not expire; Sigstore has its own.")
    if not entry.timestamp_authority.lstrip().startswith(_BEGINS[Method.CERTIFICATE]):
        table.fail("timestamp-authority", f"is not PEM text that begins with {_BEGINS[Method.CERTIFICATE]}")


def _check_keyless(entry: Entry, table: Table) -> None:
    if entry.pem:
        table.fail("pem", "does not go with sigstore", "Give trusted-root, or nothing for the public one.")
    if entry.trusted_root and not entry.trusted_root.lstrip().startswith(_BEGINS[Method.SIGSTORE]):
        table.fail("trusted-root", "is no JSON object", "Give the text of a trusted_root.json.")
    for key, value in (("identity", entry.identity), ("issuer", entry.issuer)):
        if not value:
            table.fail(key, "is missing", "Without it everybody with an account somewhere could sign.")
    for claim in entry.workflow:
        if claim.partition("=")[0] not in WORKFLOW or "=" not in claim:
            table.fail("workflow", f"takes name=text, not {claim[:80]!r}", f"Names are {', '.join(WORKFLOW)}.")


SECTION = Signers
