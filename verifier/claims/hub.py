"""What the hub says of the repository as a whole: its commit, whether it is gated, its library and task."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.claims import OpenFile
from verifier.records import Claim, Evidence, Snapshot, SourceKind, Standing
from verifier.records.git import PROOF

RULES: tuple[str, ...] = ()

HOW = "hub/1"


def collect(snapshot: Snapshot, _open_file: OpenFile, _trust: object = None) -> Iterator[Claim]:
    """Yields a claim for each entry of a hub snapshot's metadata, its kind the entry's name with `-` for `_`.

    Which hub it is (`endpoint`) is not the hub's word. That the files are those of the `commit` is verified where git's
    own objects show it.
    """
    if snapshot.reference.kind is SourceKind.HUB:
        for name, value in snapshot.metadata:
            if name == "endpoint":
                continue
            if name == PROOF and snapshot.commit is not None:
                standing, _, why = value.partition(": ")
                evidence = Evidence(".", why, HOW)
                yield Claim("commit", snapshot.commit, "hub", "git", ".", Standing(standing), evidence)
                continue
            evidence = Evidence(".", f"{name}: {value}", HOW)
            yield Claim(name.replace("_", "-"), value, "hub", "hub-api", ".", Standing.UNVERIFIED, evidence)
