"""GGUF: metadata, tensor descriptions, then nothing but aligned tensors. Templates are judged as everywhere.

Only the header is read: what it costs grows with the metadata, not with the parameters.
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Budget, Context, Yield
from verifier.formats._gguf import DUPLICATE, INCONSISTENT, MAGIC, MALFORMED, TRAILING, UNSAFE_NAME
from verifier.formats._templates import RULES as TEMPLATE_RULES
from verifier.records import Artifact, Format, Reader
from verifier.records.tensor import Placed

FORMAT = Format("gguf", 1, "GGUF", magic=((0, MAGIC),), suffixes=(".gguf",), measured=True)


RULES: tuple[str, ...] = (MALFORMED, INCONSISTENT, DUPLICATE, UNSAFE_NAME, TRAILING, *TEMPLATE_RULES)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Reads the header, judges its templates, and proves that the rest is tensors."""
    from verifier.formats._gguf.inspection import inspect_header

    return inspect_header(artifact, reader, context, FORMAT.how)


def placed(reader: Reader, budget: Budget) -> tuple[Placed, ...]:
    """The tensors and where they lie; see `FormatModule`."""
    from verifier.formats._gguf.inspection import placed_tensors

    return placed_tensors(reader, budget)
