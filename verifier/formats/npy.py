"""NumPy's `.npy`: a header, then raw items, or a pickle where the items are Python objects (numpy/lib/format.py)."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats._context import Context, Member
from verifier.formats._numpy import MAGIC, MALFORMED, TRAILING
from verifier.formats._pickle import RULES as PICKLE_RULES
from verifier.records import Artifact, Coverage, Fact, Finding, Format, Reader

FORMAT = Format("npy", 1, "NumPy array", magic=((0, MAGIC),), suffixes=(".npy",), measured=True)

RULES: tuple[str, ...] = (MALFORMED, TRAILING, *PICKLE_RULES)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Fact | Coverage | Member]:
    """Proves that the body is numbers of the size the header says, or inspects the pickle that it is."""
    from verifier.formats._numpy.inspection import inspect_array

    return inspect_array(artifact, reader, context, FORMAT.how)
