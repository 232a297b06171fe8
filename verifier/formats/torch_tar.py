"""What torch.save wrote in torch 0.1: a tar of `sys_info`, `pickle`, `storages` and `tensors`.

`storages` is a pickled count, then for each storage a pickled `(key, location, class)`, a count of elements in 8 bytes
and the elements, then pickled views. `tensors` is a pickled count, then for each tensor a pickled `(key, storage,
class)`, its dimensions in 4 bytes and 4 empty ones, sizes and strides in 8 bytes each, and its offset in 8
(torch/serialization.py, `legacy_load`).
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats._context import Context, Member, Probe
from verifier.formats._pickle import RULES as PICKLE_RULES
from verifier.formats._tar import RULES as TAR_RULES
from verifier.formats._tar.header import BLOCK, is_header
from verifier.formats._torch import IDENTITY, MISMATCH, TRAILING
from verifier.records import Artifact, Coverage, Fact, Finding, Format, Reader

FORMAT = Format("torch-tar", 1, "PyTorch tar checkpoint", refines=("tar",))


RULES: tuple[str, ...] = tuple(sorted({TRAILING, IDENTITY, MISMATCH, *TAR_RULES, *PICKLE_RULES}))

_LOADED = frozenset({"pickle", "storages", "tensors"})

_MARKS_WITHIN = 8
"""Members among which the three must be; torch wrote four in all."""


def recognize(probe: Probe) -> bool:
    """A tar whose first members are those torch reads."""
    if not is_header(probe.head[:BLOCK]):
        return False
    from verifier.formats._tar.archive import Entry, entries

    names: set[str] = set()
    for found, _ in zip(entries(probe.reader), range(_MARKS_WITHIN), strict=False):
        if isinstance(found, Entry) and found.is_file:
            names.add(found.name)
    return names >= _LOADED


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Fact | Coverage | Member]:
    """Inspects every pickle in the four members, never reads a storage, and hands back other members."""
    from verifier.formats._torch.tar import inspect_tar

    return inspect_tar(artifact, reader, context, FORMAT.how)
