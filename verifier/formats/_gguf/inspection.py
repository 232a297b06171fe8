"""From a GGUF header to findings, facts and coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from operator import attrgetter

from verifier.errors import Malformed
from verifier.formats import Budget, Context, Yield
from verifier.formats._gguf import DUPLICATE, INCONSISTENT, MAGIC, MALFORMED, TRAILING, UNSAFE_NAME
from verifier.formats._gguf.header import Header, Tensor, read_header
from verifier.formats._names import unsafe_name
from verifier.formats._readers import rest
from verifier.formats._shapes import layout_of
from verifier.formats._templates.inspection import TemplateText, inspect_all
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Reader, Value, visible
from verifier.records.tensor import Placed

MAX_PLACES = 20
"""Places a finding lists at most."""

MAX_SETTINGS = 400
"""Metadata values that are told; genuine files have some dozens."""

MAX_PADDING = 4096
"""Zeros that may follow the last tensor."""

_PREFIX = "tokenizer.chat_template"


def inspect_header(artifact: Artifact, reader: Reader, context: Context, how: str) -> Iterator[Yield]:
    """Reads the header, judges its templates, and proves that the rest is tensors."""
    if reader.read_at(0, 4) != MAGIC:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it does not begin as GGUF does", how)
        return
    try:
        header = read_header(reader, context.budget)
    except Malformed as error:
        message = f"The GGUF header cannot be trusted: {error.message}."
        yield _finding(artifact, how, MALFORMED, message, error.offset or 0)
        yield _distrust(artifact, how)
        return
    yield from _facts(artifact, header, how)
    yield from _names(artifact, header, how)
    base = min(_padded(header.end, header.alignment), reader.size)
    try:
        end = _check_spans(header, base, reader.size)
    except Malformed as error:
        message = f"The tensors of the GGUF file do not fit: {error.message}."
        yield _finding(artifact, how, INCONSISTENT, message, error.offset or 0)
        yield _distrust(artifact, how)
    else:
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, 0, base)
        yield Coverage(artifact.name, CoverageState.DATA, "tensors, read as numbers", how, base, end - base)
        yield from _behind(artifact, reader, end, header.alignment, how)
    yield from inspect_all(
        artifact.name, (TemplateText(_title(kept.key), kept.text, kept.offset) for kept in header.kept), how
    )


def placed_tensors(reader: Reader, budget: Budget) -> tuple[Placed, ...]:
    """The tensors of a little-endian file and where they lie.

    Raises:
        Malformed: the header cannot be trusted, or numbers are written the other way round.
        BudgetExceeded: more entries than are inspected.
    """
    if reader.read_at(0, 6)[4:] == b"\0\0":
        raise Malformed("its numbers are big-endian, and are not read")
    header = read_header(reader, budget)
    base = min(_padded(header.end, header.alignment), reader.size)
    _check_spans(header, base, reader.size)
    return tuple(Placed(t.name, t.type.name, t.shape[::-1], base + t.begin, t.length) for t in header.tensors)


def _distrust(artifact: Artifact, how: str) -> Coverage:
    reason = "its header cannot be trusted, so that no byte is known to be a tensor"
    return Coverage(artifact.name, CoverageState.PARTIAL, reason, how)


def _facts(artifact: Artifact, header: Header, how: str) -> Iterator[Fact]:
    dtypes: Value = tuple(sorted(Counter(tensor.type.name for tensor in header.tensors).items()))
    facts: tuple[tuple[str, Value], ...] = (
        ("tensor-count", len(header.tensors)),
        ("parameter-count", sum(tensor.elements for tensor in header.tensors)),
        ("tensor-dtypes", dtypes),
        ("tensor-layout", layout_of((one.name, one.type.name, one.shape[::-1]) for one in header.tensors)),
        ("gguf-settings", tuple(header.settings[:MAX_SETTINGS])),
    )
    for kind, value in facts:
        yield Fact(kind, value, Evidence(artifact.name, f"{kind} {value}", how, 0, header.end))
    if header.architecture is not None:
        shown = visible(header.architecture)
        yield Fact("architecture", shown, Evidence(artifact.name, f"architecture {shown}", how, 0, header.end))


def _names(artifact: Artifact, header: Header, how: str) -> Iterator[Finding]:
    if header.duplicates:
        message = f"The name {visible(header.duplicates[0][0], 80)} stands twice; readers differ in which one counts."
        yield _finding(artifact, how, DUPLICATE, message, *(offset for _, offset in header.duplicates))
    unsafe = [(tensor, why) for tensor in header.tensors if (why := unsafe_name(tensor.name))]
    if unsafe:
        name, why = visible(unsafe[0][0].name, 80), unsafe[0][1]
        message = f"A program that writes the tensor {name} to a file of that name can be led astray: {why}."
        yield _finding(artifact, how, UNSAFE_NAME, message, *(tensor.offset for tensor, _ in unsafe))


def _check_spans(header: Header, base: int, size: int) -> int:
    """Where the last tensor ends in the file: each begins where the one before ends, padded.

    Raises:
        Malformed: holes, overlaps, misalignment, or an end behind the file's.
    """
    reached = 0
    last = 0
    for tensor in sorted(header.tensors, key=attrgetter("begin", "length")):
        expected = _padded(reached, header.alignment)
        if tensor.begin != expected:
            raise _misplaced(tensor, expected, header.alignment)
        reached = tensor.begin + tensor.length
        last = tensor.offset
    if base + reached > size:
        raise Malformed(f"they end at byte {base + reached}, the file at {size}", last)
    return base + reached


def _misplaced(tensor: Tensor, expected: int, alignment: int) -> Malformed:
    if tensor.begin % alignment:
        how = f"is not aligned to {alignment} bytes"
    else:
        how = "leaves a hole before it" if tensor.begin > expected else "overlaps the one before"
    name = visible(tensor.name, 80)
    return Malformed(f"{name} begins at {tensor.begin}, not at {expected}: it {how}", tensor.offset)


def _behind(artifact: Artifact, reader: Reader, end: int, alignment: int, how: str) -> Iterator[Yield]:
    """Padding may follow the last tensor, and nothing else."""
    size = reader.size - end
    if size <= 0:
        return
    if size <= max(alignment, MAX_PADDING) and not any(reader.read_at(end, size)):
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, end)
        return
    yield _finding(artifact, how, TRAILING, f"{size} bytes follow the last tensor of {artifact.name}.", end)
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, end)
    yield rest(artifact, reader, end)


def _padded(offset: int, alignment: int) -> int:
    return -(-offset // alignment) * alignment


def _title(key: str) -> str:
    """What the template is called: `tokenizer.chat_template` is the default, what follows it is a name."""
    return key.removeprefix(_PREFIX).lstrip(".") or "default"


def _finding(artifact: Artifact, how: str, rule: str, message: str, *offsets: int) -> Finding:
    places = (Evidence(artifact.name, message, how, min(at, artifact.size)) for at in offsets[:MAX_PLACES])
    return Finding(rule, tuple(places), message)
