"""Whether bytes are a pickle, also without the PROTO opcode: text and other formats must not be taken for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from verifier.errors import BudgetExceeded
from verifier.formats._context import Budget, Limits
from verifier.formats._pickle.events import Build, Call, Import, Refusal
from verifier.formats._pickle.opcodes import NAMES
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._pickle.values import Container
from verifier.records import Reader

_OPERATIONS: Final = 4096
"""Opcodes after which a trial ends; no text stays a valid pickle that long."""

_BLOCK: Final = 8192
"""Reads of at least this many bytes are the trial looking ahead, and may be served short."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What the first opcodes of some bytes, read as a pickle, come to.

    Args:
        pickle: they are a pickle: it begins with PROTO, or it calls something, or it stops where the bytes end and made
            a container or an import, or it goes on without fault for `_OPERATIONS` opcodes.
        imports: they begin with something that reads as an import; some texts do.
        whole: they are one stream from the first byte to the last, whatever it makes; some texts are.
    """

    pickle: bool
    imports: bool
    whole: bool = False


class _FromHead:
    """A Reader that answers from bytes already read as long as it can."""

    def __init__(self, head: bytes, reader: Reader) -> None:
        self._head = head
        self._reader = reader

    @property
    def size(self) -> int:
        return self._reader.size

    def read_at(self, offset: int, length: int) -> bytes:
        if offset + length <= len(self._head) or (offset < len(self._head) and length >= _BLOCK):
            return self._head[offset : offset + length]
        return self._reader.read_at(offset, length)


def tried(head: bytes, reader: Reader) -> Trial:
    """Tries the beginning of some bytes.

    Args:
        head: the first bytes.
        reader: over all of them; read only where the head reads as a pickle up to its end.
    """
    if head[:1] == b"\x80":
        starts = head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05") and (len(head) < 3 or head[2] in NAMES)
        return Trial(starts, imports=False)
    stream = PickleStream(_FromHead(head, reader), 0, Budget(Limits(steps=_OPERATIONS)))
    acts = imports = refused = False
    try:
        for event in stream:
            imports = imports or isinstance(event, Import)
            refused = refused or isinstance(event, Refusal)
            if isinstance(event, (Call, Build)) and not refused:
                acts = True
                break
    except BudgetExceeded:
        return Trial(not refused, imports)
    summary = stream.summary
    ends = summary.complete and summary.end == reader.size
    return Trial(acts or (ends and (imports or isinstance(summary.value, Container))), imports, ends)
