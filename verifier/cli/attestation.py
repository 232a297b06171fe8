"""`verify attestation`: a model held against what was attested about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from verifier.cli import _terminal
from verifier.cli.signature import SHOWN
from verifier.errors import UsageError
from verifier.records import visible
from verifier.records.canonical import canonical_bytes, to_plain
from verifier.records.trust import Signer
from verifier.workflows.attestation import Check, check

FORMAT = "attestation-check-v1"


def run(
    file: Path, reference: str, signers: Sequence[Signer], policy: str, text_or_json: str, *, unsigned: bool
) -> int:
    """Prints what the attestation comes to, and returns its exit code: accepted, rejected or undecided.

    Raises:
        UsageError, PolicyError, SourceError: see `verifier.workflows.attestation.check`.
    """
    if text_or_json not in ("plain", "json"):
        raise UsageError(f"There is no format {visible(text_or_json)!r} here.", "Use plain or json.")
    progress = _terminal.Progress(quiet=False)
    try:
        found = check(file, reference, signers, unsigned=unsigned, policy=policy, progress=progress)
    finally:
        progress.clear()
    if text_or_json == "json":
        plain = to_plain(found)
        told = {"format": FORMAT, **(plain if isinstance(plain, dict) else {})}
        _terminal.write(canonical_bytes(told).decode("ascii") + "\n")
    else:
        _terminal.write(_text(reference, found))
    return found.outcome.exit_code


def _text(reference: str, found: Check) -> str:
    lines = [f"{visible(reference, 500)}  {found.outcome.value}: {visible(found.reason, 500)}"]
    for word, value in (("signed by", found.signer), ("policy", found.policy), ("verified", found.verified)):
        lines += [f"  {word}: {visible(value)}"] if value else []
    named = {"differs": found.differs, "missing": found.missing, "added": found.added}
    for word, names in {**named, "failed": found.failed, "not measured": found.unmeasured}.items():
        lines += [f"  {word}: {visible(name, 500)}" for name in names[:SHOWN]]
        lines += [f"  {word}: {len(names) - SHOWN} more"] if len(names) > SHOWN else []
    return "".join(f"{line}\n" for line in lines)
