"""Records as plain data and as canonical bytes, and the digests built on them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import TypeAlias, Union, cast

from verifier.records.artifact import Artifact, Snapshot
from verifier.records.verdict import Verdict

Plain: TypeAlias = Union[str, int, float, bool, list["Plain"], dict[str, "Plain"], None]
"""What JSON can say."""

_NAMED_PAIRS = frozenset({"parameters", "metadata"})
"""Fields that hold `(name, value)` pairs and read as objects."""


def to_plain(value: object) -> Plain:
    """A record, or plain data, as JSON-ready data.

    Dataclasses become objects with all their fields, enums their value, tuples arrays, dates text.
    """
    if isinstance(value, Enum):
        return cast(str, value.value)
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _field(field.name, getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (tuple, list)):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} has no plain form")


def _field(name: str, value: object) -> Plain:
    if name in _NAMED_PAIRS:
        return {key: to_plain(item) for key, item in cast(tuple[tuple[str, object], ...], value)}
    return to_plain(value)


def canonical_bytes(value: Plain) -> bytes:
    """The one UTF-8 JSON text for plain data: sorted keys, no spaces, lone surrogates escaped, no NaN or infinity.

    Raises:
        ValueError: the data holds NaN or an infinity.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return text.encode("ascii")


def digest_of(value: Plain) -> str:
    """SHA-256, lower-case hex, over the canonical bytes."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def binding_digest(files: Iterable[tuple[str, str, str]]) -> str:
    """SHA-256, hex, that binds names to digests: renaming, adding, removing or changing a file changes it.

    Args:
        files: name, algorithm and hex digest of each, in any order.
    """
    return digest_of([[*file] for file in sorted(files)])


def snapshot_digest(snapshot: Snapshot) -> str:
    """SHA-256 over commit and every file's path, size and strongest digest, computed ones before claimed ones."""
    return digest_of([snapshot.commit, [_identity(artifact) for artifact in snapshot.artifacts]])


def _identity(artifact: Artifact) -> Plain:
    ranked = sorted(artifact.digests, key=lambda d: (d.by != "computed", d.algorithm != "sha256", d.algorithm, d.value))
    strongest: Iterable[Plain] = [f"{d.algorithm}:{d.value}" for d in ranked[:1]]
    return [artifact.path, artifact.size, *strongest]


def verdict_digest(verdict: Verdict) -> str:
    """SHA-256 over what a verdict says and is bound to, and the same of its dependencies; not over what was read."""
    return digest_of(
        [
            *(
                to_plain(part)
                for part in (verdict.outcome, verdict.stage, verdict.decisions, verdict.policy, verdict.tool)
            ),
            verdict.snapshot_digest,
            [verdict_digest(dependency) for dependency in verdict.dependencies],
        ]
    )
