"""TensorStore's database (OCDBT), in which orbax stores checkpoints: trees and values, none of which runs code.

Source: google.github.io/tensorstore/kvstore/ocdbt, "Storage format".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname
from typing import Final

from verifier.formats._context import Context
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader

_MANIFEST: Final = b"\x0c\xdb\x3a\x2a"
FORMAT = Format(
    "ocdbt", 1, "TensorStore database", ((0, _MANIFEST), (0, b"\x0c\xdb\x20\xde"), (0, b"\x0c\xdb\x1c\xde"))
)

MALFORMED: Final = "ocdbt-malformed"
RULES: tuple[str, ...] = (MALFORMED,)

_HEAD: Final = 12
"""Magic, and the length of the file."""

_VALUES: Final = re.compile(r"d/[0-9a-f]{32}")
"""Files of nodes and values."""


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Coverage]:
    """Holds the length against the file; a manifest answers for the values beside it, which are read as numbers."""
    head = reader.read_at(0, _HEAD)
    length = int.from_bytes(head[4:], "little")
    is_manifest = head.startswith(_MANIFEST)
    if is_manifest and (len(head) < _HEAD or length != reader.size):
        message = f"The file is said to have {length} bytes, and has {reader.size}."
        yield Finding(MALFORMED, (Evidence(artifact.name, message, FORMAT.how, 4, 8),), message)
    reason = "nodes of a tree and values of arrays, which TensorStore reads as such"
    yield Coverage(artifact.name, CoverageState.DATA, reason, FORMAT.how)
    if not is_manifest:
        return
    context.budget.spend_steps(1 + len(context.siblings) // 10)
    folder = f"{dirname(artifact.own_path)}/".lstrip("/")
    for path, size in context.siblings.items():
        if path.startswith(folder) and _VALUES.fullmatch(path[len(folder) :]):
            chain = (*artifact.members[:-1], path)
            beside = Artifact(artifact.path, size, members=chain) if artifact.members else Artifact(path, size)
            yield Coverage(beside.name, CoverageState.DATA, f"values of {artifact.name}", FORMAT.how)
