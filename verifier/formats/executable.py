"""Native programs and libraries, and compiled Python: never part of a model's weights."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import HEAD, Context, Probe, Yield
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader

FORMAT = Format("executable", 1, "native program or library", suffixes=(".pyc", ".pyo"))
NATIVE = "native-executable"
RULES: tuple[str, ...] = (NATIVE,)

_MAGIC = {
    b"\x7fELF": "an ELF program or library",
    b"\xfe\xed\xfa\xce": "a Mach-O program or library",
    b"\xfe\xed\xfa\xcf": "a Mach-O program or library",
    b"\xce\xfa\xed\xfe": "a Mach-O program or library",
    b"\xcf\xfa\xed\xfe": "a Mach-O program or library",
    b"\xca\xfe\xba\xbe": "a Mach-O library or a Java class",
    b"\xca\xfe\xba\xbf": "a Mach-O library",
    b"\0asm": "a WebAssembly module",
}


def recognize(probe: Probe) -> bool:
    """By magic; a PE program also needs its second header where the first says."""
    return _kind(probe.reader, probe.head, probe.name) is not None


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Reports it. What the program does is not looked at."""
    context.budget.spend_steps(1)
    kind = _kind(reader, reader.read_at(0, HEAD), artifact.own_path.lower())
    if kind is None:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is no compiled Python", FORMAT.how)
        return
    message = f"The file is {kind}; whoever loads it runs it."
    yield Finding(NATIVE, (Evidence(artifact.name, kind, FORMAT.how, 0, 4),), message)
    yield Coverage(artifact.name, CoverageState.PARTIAL, "machine code, not analyzed", FORMAT.how)


def _kind(reader: Reader, head: bytes, name: str) -> str | None:
    if head[:4] in _MAGIC:
        return _MAGIC[head[:4]]
    if head.startswith((b"MZqFpD=", b"jartsr=")):
        return "a program for several systems at once, as llamafiles are"
    if head[2:4] == b"\r\n" and (name.endswith(FORMAT.suffixes) or _is_bytecode(head)):
        return "compiled Python"
    if head.startswith(b"MZ") and reader.read_at(int.from_bytes(head[60:64], "little"), 4) == b"PE\0\0":
        return "a Windows program or library"
    return None


def _is_bytecode(head: bytes) -> bool:
    """The header of CPython since 3.7 (PEP 552): magic, two flags, then a code object by marshal."""
    return head[4:8] in (b"\0\0\0\0", b"\1\0\0\0", b"\3\0\0\0") and head[16:17] in (b"c", b"\xe3")
