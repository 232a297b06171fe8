"""Package URLs of models (https://github.com/package-url/purl-spec, type `huggingface`)."""

from __future__ import annotations

from urllib.parse import quote

from verifier.records import Snapshot, SourceKind


def purl(snapshot: Snapshot) -> str:
    """The model's package URL; one that is no repository of a hub is named by its last component only."""
    if snapshot.reference.kind in (SourceKind.HUB, SourceKind.CACHE):
        version = f"@{snapshot.commit}" if snapshot.commit else ""
        return f"pkg:huggingface/{quote(snapshot.id, safe='/')}{version}"
    return f"pkg:generic/{quote(name(snapshot), safe='') or 'model'}"


def name(snapshot: Snapshot) -> str:
    """The last component of the model's name."""
    return snapshot.id.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
