"""What the hub says of the repository: its commit, whether it is gated, its library, task and organization.

What the hub's scanners, which are others' programs, say of its files is claimed in their names.
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier.claims import OpenFile
from verifier.records import Artifact, Claim, Evidence, Finding, Snapshot, SourceKind, Standing
from verifier.records.git import PROOF
from verifier.records.scan import HUB, UNSAFE, scanned

FLAGGED = "hub-flags-file"

RULES: tuple[str, ...] = (FLAGGED,)

HOW = "hub/1"

_SCANNERS = {
    "av": "ClamAV",
    "jFrog": "JFrog",
    "pickleImport": "picklescan",
    "protectAi": "Protect AI",
    "virusTotal": "VirusTotal",
}
"""Whose scanners they are (https://huggingface.co/docs/hub/security, "Malware Scanning" and the pages below it)."""


def collect(snapshot: Snapshot, _open_file: OpenFile, _trust: object = None) -> Iterator[Claim | Finding]:
    """Yields a claim for each entry of a hub snapshot's metadata, its kind the entry's name with `-` for `_`.

    Which hub it is (`endpoint`) is not the hub's word. That the files are those of the `commit` is verified where git's
    own objects show it. A file is found where somebody flags it as unsafe; that it is called safe changes nothing.
    """
    if snapshot.reference.kind is not SourceKind.HUB:
        return
    flagged: dict[str, list[Claim]] = {}
    for name, value in snapshot.metadata:
        if name == "endpoint":
            continue
        if name == PROOF and snapshot.commit is not None:
            standing, _, why = value.partition(": ")
            evidence = Evidence(".", why, HOW)
            yield Claim("commit", snapshot.commit, "hub", "git", ".", Standing(standing), evidence)
        elif scan := scanned(name):
            claim = _opinion(*scan, value)
            flagged.setdefault(claim.subject, []).extend([claim] if value == UNSAFE else [])
            yield claim
        else:
            evidence = Evidence(".", f"{name}: {value}", HOW)
            yield Claim(name.replace("_", "-"), value, "hub", "hub-api", ".", Standing.UNVERIFIED, evidence)
    yield from (_finding(claims) for claims in flagged.values() if claims)


def _opinion(scanner: str, path: str, status: str) -> Claim:
    who = _SCANNERS.get(scanner, scanner)
    subject = Artifact(path, 0).name
    evidence = Evidence(subject, f"{who} says: {status}", HOW)
    return Claim("security-status", status, who, "hub-api", subject, Standing.UNVERIFIED, evidence)


def _finding(claims: list[Claim]) -> Finding:
    """That somebody takes a file for harmful: its scanners by name, else the hub as a whole."""
    names = [claim.who for claim in claims if claim.who != HUB] or ["the hub"]
    places = tuple(claim.evidence for claim in claims)
    return Finding(FLAGGED, places, f"{claims[0].subject} is unsafe according to {' and '.join(names)}.")
