"""`verify waive` and `verify renew`: waivers in a policy file of one's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from verifier import policy, sources
from verifier.cli import _terminal
from verifier.cli._configuration import own_file
from verifier.cli.model import Request
from verifier.cli.policy import expiry, today
from verifier.errors import UsageError
from verifier.records import SourceKind, visible
from verifier.workflows import waiving
from verifier.workflows.waiving import Signature


def waive(rule: str, model: str, chosen: Sequence[str], reason: str, owner: str, expires: date | None) -> int:
    """Adds a waiver; a model on this machine is named by the digest of its files, any other by its name.

    Raises:
        UsageError: reason or owner is missing, only shipped policies are in force, or the file cannot be written.
        PolicyError: the waiver is not one a policy takes.
    """
    file = _own(chosen)
    if not reason or not owner:
        raise UsageError("A waiver has a reason and an owner.", "Give them with --reason and --owner.")
    named, digest = (model, "") if "*" in model else _meant(model)
    signature = Signature(owner, reason, expiry(expires))
    waiving.add(file, [rule], named, digest, signature)
    _terminal.write(f"{file}: {rule} is set aside for {visible(model)} until {signature.expires}.\n")
    return 0


def _meant(model: str) -> tuple[str, str]:
    reference = sources.parse(model)
    if reference.kind is SourceKind.HUB and reference.revision is None:
        return reference.location, ""
    if reference.kind is SourceKind.HUB:
        if not re.fullmatch(r"[0-9a-f]{40}", reference.revision or ""):
            raise UsageError(
                f"{visible(model)} names no commit, and a waiver does not follow branches and tags.",
                "Name the model alone, or its commit of 40 hexadecimal digits.",
            )
        return f"{reference.location}@{reference.revision}", ""
    if reference.kind is SourceKind.URL:
        return reference.location, ""
    return "", Request("default", None, offline=True, quiet=False).verdict(model).snapshot_digest


def renew(chosen: Sequence[str], days: int, reason: str, owner: str, expires: date | None, *, write: bool) -> int:
    """Lists waivers that end soon, and moves their ends.

    Raises:
        UsageError: there is no owner, only shipped policies are in force, or the file cannot be written.
        PolicyError: the file is no policy.
    """
    file = _own(chosen)
    if write and not owner:
        raise UsageError("Whoever renews a waiver answers for it.", "Give a name with --owner.")
    for entry in waiving.ending(policy.load(str(file)), today(), days):
        about = entry.model or entry.digest
        _terminal.write(
            f"{entry.expires}  {entry.rule}  {visible(about)}  {visible(entry.owner)}: {visible(entry.reason)}\n"
        )
    if write:
        count = waiving.renew(file, today(), days, Signature(owner, reason, expiry(expires)))
        _terminal.write(f"{file}: {count} renewed until {expiry(expires)}.\n")
    return 0


def _own(chosen: Sequence[str]) -> Path:
    file = own_file(chosen)
    if file is None:
        raise UsageError(
            "Only shipped policies are in force.",
            "Write one of your own with `verify policy init`, or name it with --policy.",
        )
    return file
