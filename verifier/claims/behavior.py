"""What the author declares that the model does: bytes, golden vectors, metrics, controls and uses advised against.

Declarations are claims: what they promise of files is held against the bytes, and what they promise of behavior is for
a run to show.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from verifier.claims import OpenFile, Yield
from verifier.claims._declaration import MALFORMED
from verifier.claims._declaration.collection import HOW, declarations
from verifier.records import Claim, Coverage, Evidence, Finding, Snapshot, Standing, Value, visible

if TYPE_CHECKING:
    from verifier.records.declaration import DataFile, Declaration

RULES = (MALFORMED,)


def collect(snapshot: Snapshot, open_file: OpenFile, _trust: object = None) -> Iterator[Yield]:
    """Yields a claim for each thing declared: of kind `digest` for a file, else `metric`, `golden`, `control`, ..."""
    for found in declarations(snapshot, open_file):
        if isinstance(found, Finding | Coverage):
            yield found
        else:
            yield from _claims(found)


def _claims(declared: Declaration) -> Iterator[Claim]:
    for path, digest in declared.subject.sha256:
        yield _digest(declared, path, digest, "/subject/sha256")
    for index, golden in enumerate(declared.golden):
        place = f"/golden/{index}"
        yield _claim(declared, "golden", (golden.id, golden.kind.value), place)
        for file in (*golden.inputs, *golden.outputs):
            yield from _file(declared, file, place)
    for metric in declared.metrics:
        value = (metric.metric, metric.value, metric.data.name, metric.data.split)
        yield _claim(declared, "metric", value, metric.where)
        if metric.per_item is not None:
            yield from _file(declared, metric.per_item, metric.where)
    for index, control in enumerate(declared.controls):
        yield _claim(declared, "control", (control.risk.value, control.control), f"/controls/{index}")
    for index, use in enumerate(declared.not_for):
        yield _claim(declared, "not-for", use, f"/not_for/{index}")


def _file(declared: Declaration, file: DataFile, place: str) -> Iterator[Claim]:
    if file.sha256:
        yield _digest(declared, file.file, file.sha256, place)


def _digest(declared: Declaration, path: str, digest: str, place: str) -> Claim:
    return _claim(declared, "digest", ("sha256", digest), place, visible(path.replace("!", "\\x21"), 1000))


def _claim(declared: Declaration, kind: str, value: Value, place: str, subject: str = ".") -> Claim:
    shown = value if isinstance(value, str) else " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    evidence = Evidence(declared.source, f"{kind}: {shown}", HOW, pointer=place)
    return Claim(kind, value, "publisher", declared.dialect.value, subject, Standing.UNVERIFIED, evidence)
