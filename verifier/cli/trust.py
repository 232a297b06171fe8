"""`verify trust`: signers in a policy file of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from verifier.claims._signing.signers import fingerprints
from verifier.cli import _terminal
from verifier.cli._configuration import own_file
from verifier.errors import UsageError
from verifier.records import visible
from verifier.workflows import trusting


def add(
    chosen: Sequence[str], name: str, pem: tuple[Path | None, Path | None, Path | None], limits: trusting.Limits
) -> None:
    """Adds a signer, and prints the fingerprint to compare with theirs.

    Raises:
        UsageError, PolicyError: see `verifier.workflows.trusting.add`; not exactly one of key, root, issuer is given.
    """
    key, root, trusted_root = pem
    if sum(map(bool, (key, root, limits.issuer))) != 1:
        raise UsageError("A signer has a key, a root or an issuer.", "Give one of --key, --root and --issuer.")
    if not limits.issuer and (trusted_root or limits.workflow):
        raise UsageError("A trusted root and a workflow go with --issuer.", "Give it, or leave them out.")
    if limits.clocks and not root:
        raise UsageError("A timestamp authority goes with --root.", "Give it, or leave the authority out.")
    policy = _own(chosen)
    found = trusting.add(policy, name, key or root or trusted_root, limits, key=key is not None)
    _terminal.write(f"{policy}: trusts {visible(name)}, {_known_by(found)}\n")
    if found:
        _terminal.write(f"Compare the fingerprint{'s' if len(found) > 1 else ''} with theirs.\n")


def show(chosen: Sequence[str]) -> None:
    """Lists the signers of the policies in force.

    Raises:
        PolicyError: a policy cannot be loaded.
    """
    for one in trusting.in_force(chosen).signers:
        days = "".join(f" {word} {day}" for word, day in (("from", one.begins), ("until", one.ends)) if day is not None)
        identity = f" as {one.identity}" if one.identity else ""
        if one.issuer:
            identity = " ".join((identity, "by", one.issuer, *one.workflow))
        line = f"{one.name}  {one.method}{identity}  {', '.join(one.models)}{days}"
        _terminal.write(f"{visible(line, 500)}  {_known_by(fingerprints(one))}\n")


def revoke(chosen: Sequence[str], what: str) -> None:
    """Revokes a digest, or a signer's key.

    Raises:
        UsageError, PolicyError: see `verifier.workflows.trusting.revoke`.
    """
    policy = _own(chosen)
    _terminal.write(f"{policy}: {trusting.revoke(policy, what)} no longer counts.\n")


def _known_by(fingerprints: Sequence[str]) -> str:
    return " ".join(fingerprints) or "the public trusted root"


def _own(chosen: Sequence[str]) -> Path:
    file = own_file(chosen)
    if file is None:
        raise UsageError("Shipped policies are not changed.", "Name a policy of your own with --policy.")
    return file
