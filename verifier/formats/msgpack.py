"""MessagePack, as Flax writes checkpoints in it: maps of names to arrays, which stand in extensions.

The document is walked without building anything; arrays are proven to be numbers and not read. Other extensions go back
to the queue, and so do pickles that msgpack-numpy would load.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.formats import Context, Probe, Yield
from verifier.formats._msgpack import ARRAY, EXTENSION, MALFORMED, PICKLE, TRAILING, is_container
from verifier.records import Artifact, Format, Reader

FORMAT = Format("msgpack", 1, "MessagePack", suffixes=(".msgpack",))


RULES: tuple[str, ...] = (MALFORMED, ARRAY, EXTENSION, PICKLE, TRAILING)

_EMPTY: Final = (b"\x80", b"\x90")
"""Maps and lists of nothing; the first begins every binary pickle."""


def recognize(probe: Probe) -> bool:
    """A map or list in whose first bytes an array of Flax stands; other documents go by their suffix."""
    if not is_container(probe.head[:1]) or probe.head[:1] in _EMPTY:
        return False
    from verifier.formats._msgpack.recognition import holds_array

    return holds_array(probe.head)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Walks the document and accounts for every byte."""
    from verifier.formats._msgpack.inspection import inspect_document

    return inspect_document(artifact, reader, context, FORMAT.how)
