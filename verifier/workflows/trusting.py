"""Whom a policy trusts to sign: entries of `[[signers]]` written and shown, digests added to what is revoked."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from verifier import policy
from verifier.claims._signing.signers import fingerprints
from verifier.errors import PolicyError, UsageError
from verifier.pipeline.authentication import readable
from verifier.policy import Combined, Policy
from verifier.records.trust import Method, Signer
from verifier.workflows.editing import edit, prefix
from verifier.workflows.signature import keyless, signers


@dataclass(frozen=True, slots=True)
class Limits:
    """What a signer is trusted for.

    Args:
        models: globs; empty is all.
        identity: glob a name in their certificate must match.
        issuer: of a keyless signer: URL of who vouches for the identity.
        workflow: of a keyless signer: what the certificate must say, `name=glob` each.
        begins: first day.
        ends: last day.
        clocks: file with the certificates of who may say when one with a certificate signed.
    """

    models: tuple[str, ...] = ()
    identity: str = ""
    issuer: str = ""
    workflow: tuple[str, ...] = ()
    begins: date | None = None
    ends: date | None = None
    clocks: Path | None = None


def add(file: Path, name: str, pem: Path | None, limits: Limits, *, key: bool) -> tuple[str, ...]:
    """Adds a signer to a policy, and gives the fingerprints they are known by; none is the public trusted root.

    Args:
        file: of the policy.
        name: for people; no other signer has it.
        pem: file with the public key, or the certificates theirs must lead to; of a keyless signer the trusted root, or
            None for the public one.
        limits: what they are trusted for.
        key: it is a key.

    Raises:
        UsageError: a file cannot be read or written, or holds nothing of the kind.
        PolicyError: it is no policy, or has a signer of that name.
    """
    signer = _signer(pem, limits, key=key)

    def change(text: str, now: Policy) -> str:
        if any(known.name == name for known in now.signers):
            raise PolicyError(f"{file} trusts a signer named {name} already.", "Give the new one another name.")
        return f"{text.rstrip()}\n\n{_entry(prefix(file), name, signer, limits)}".lstrip()

    edit(file, change)
    return fingerprints(signer)


def revoke(file: Path, what: str) -> str:
    """Adds a digest to what a policy has revoked, and gives it.

    Args:
        file: of the policy.
        what: SHA-256, hex, of a key, a certificate or a model; or the name of a signer who has a key.

    Raises:
        UsageError: it is neither, or the file cannot be read or written.
        PolicyError: it is no policy.
    """

    def digest(now: Policy) -> str:
        if re.fullmatch(r"[0-9a-f]{64}", what):
            return what
        named = [signer for signer in now.signers if signer.name == what and signer.method is Method.KEY]
        if not named:
            raise UsageError(
                f"{what[:80]!r} is neither a fingerprint nor the name of a signer with a key.",
                "Give 64 hexadecimal digits, as `verify signature` and `verify trust list` show them.",
            )
        return fingerprints(named[0])[0]

    found: list[str] = []

    def change(text: str, now: Policy) -> str:
        found.append(digest(now))
        if found[0] in now.revoked:
            return text
        return _with_revoked(text, prefix(file), found[0])

    edit(file, change)
    return found[0]


def in_force(chosen: Sequence[str]) -> Policy | Combined:
    """What policies say together.

    Raises:
        PolicyError: one cannot be loaded.
    """
    return readable(policy.combined([policy.load(name) for name in chosen]))


def standing(rules: Policy | Combined) -> tuple[Signer, ...]:
    """The signers of policies that are not revoked."""
    revoked = {*rules.revoked}
    return tuple(signer for signer in rules.signers if revoked.isdisjoint(fingerprints(signer)))


def _signer(pem: Path | None, limits: Limits, *, key: bool) -> Signer:
    if limits.issuer:
        return keyless(limits.identity, limits.issuer, pem)
    if pem is None:
        raise UsageError("A signer has a key, a root, or an issuer.", "Give --key, --root or --issuer.")
    clocks = [limits.clocks] if limits.clocks else []
    (signer,) = signers([pem], [], "") if key else signers([], [pem], limits.identity, clocks)
    return signer


def _entry(before: str, name: str, signer: Signer, limits: Limits) -> str:
    lines = [f"[[{before}signers]]", f"name = {_quoted(name)}", f"method = {_quoted(signer.method)}"]
    if limits.models:
        lines.append(f"models = [{', '.join(map(_quoted, limits.models))}]")
    if limits.identity:
        lines.append(f"identity = {_quoted(limits.identity)}")
    if limits.issuer:
        lines.append(f"issuer = {_quoted(limits.issuer)}")
    if limits.workflow:
        lines.append(f"workflow = [{', '.join(map(_quoted, limits.workflow))}]")
    days = (("not-before", limits.begins), ("not-after", limits.ends))
    lines += [f"{key} = {day.isoformat()}" for key, day in days if day is not None]
    key = "trusted-root" if signer.method is Method.SIGSTORE else "pem"
    texts = ((key, signer.pem), ("timestamp-authority", signer.clocks))
    lines += [_block(key, text) for key, text in texts if text]
    return "\n".join([*lines, ""])


def _block(key: str, text: str) -> str:
    """A key and its text over several lines, where no text can end it."""
    text = text.replace("\r\n", "\n").strip()
    plain = "'''" not in text and text.replace("\n", "").isprintable()
    return f"{key} = '''\n{text}\n'''" if plain else f"{key} = {_quoted(text)}"


def _with_revoked(text: str, before: str, digest: str) -> str:
    header = re.search(rf"^\[{re.escape(before)}signatures\][^\n]*\n", text, re.MULTILINE)
    if header is None:
        return f'{text.rstrip()}\n\n[{before}signatures]\nrevoked = ["{digest}"]\n'.lstrip()
    rest = text[header.end() :]
    table = rest[: end.start()] if (end := re.search(r"^\[", rest, re.MULTILINE)) else rest
    known = re.search(r"^revoked[ \t]*=[ \t]*\[", table, re.MULTILINE)
    place = header.end() + (known.end() if known else 0)
    return text[:place] + (f'"{digest}", ' if known else f'revoked = ["{digest}"]\n') + text[place:]


def _quoted(text: str) -> str:
    """A TOML basic string, which every JSON string without a DEL is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
