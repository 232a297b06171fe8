"""GGUF: metadata, tensor descriptions, then nothing but aligned tensors. Templates are judged as everywhere.

Only the header is read: what it costs grows with the metadata, not with the parameters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from operator import attrgetter

from verifier.errors import Malformed
from verifier.formats import Context, Yield
from verifier.formats._gguf import Header, Tensor, read_header
from verifier.formats._names import unsafe_name
from verifier.formats._readers import rest
from verifier.formats._templates import RULES as TEMPLATE_RULES
from verifier.formats._templates import TemplateText, inspect_all
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Format, Reader, Value, visible

FORMAT = Format("gguf", 1, "GGUF", magic=((0, b"GGUF"),), suffixes=(".gguf",))
MALFORMED = "gguf-malformed-header"
INCONSISTENT = "gguf-inconsistent-tensors"
DUPLICATE = "gguf-duplicate-name"
UNSAFE_NAME = "gguf-unsafe-tensor-name"
TRAILING = "gguf-trailing-bytes"
RULES: tuple[str, ...] = (MALFORMED, INCONSISTENT, DUPLICATE, UNSAFE_NAME, TRAILING, *TEMPLATE_RULES)

MAX_PLACES = 20
"""Places a finding lists at most."""

MAX_PADDING = 4096
"""Zeros that may follow the last tensor."""

_PREFIX = "tokenizer.chat_template"


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Reads the header, judges its templates, and proves that the rest is tensors."""
    if reader.read_at(0, 4) != FORMAT.magic[0][1]:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it does not begin as GGUF does", FORMAT.how)
        return
    try:
        header = read_header(reader, context.budget)
    except Malformed as error:
        message = f"The GGUF header cannot be trusted: {error.message}."
        yield _finding(artifact, MALFORMED, message, error.offset or 0)
        yield _distrust(artifact)
        return
    yield from _facts(artifact, header)
    yield from _names(artifact, header)
    base = min(_padded(header.end, header.alignment), reader.size)
    try:
        end = _check_spans(header, base, reader.size)
    except Malformed as error:
        message = f"The tensors of the GGUF file do not fit: {error.message}."
        yield _finding(artifact, INCONSISTENT, message, error.offset or 0)
        yield _distrust(artifact)
    else:
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how, 0, base)
        yield Coverage(artifact.name, CoverageState.DATA, "tensors, read as numbers", FORMAT.how, base, end - base)
        yield from _behind(artifact, reader, end, header.alignment)
    yield from inspect_all(
        artifact.name, (TemplateText(_title(kept.key), kept.text, kept.offset) for kept in header.kept), FORMAT.how
    )


def _distrust(artifact: Artifact) -> Coverage:
    reason = "its header cannot be trusted, so that no byte is known to be a tensor"
    return Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)


def _facts(artifact: Artifact, header: Header) -> Iterator[Fact]:
    dtypes: Value = tuple(sorted(Counter(tensor.type.name for tensor in header.tensors).items()))
    facts: tuple[tuple[str, Value], ...] = (
        ("tensor-count", len(header.tensors)),
        ("parameter-count", sum(tensor.elements for tensor in header.tensors)),
        ("tensor-dtypes", dtypes),
    )
    for kind, value in facts:
        yield Fact(kind, value, Evidence(artifact.name, f"{kind} {value}", FORMAT.how, 0, header.end))
    if header.architecture is not None:
        shown = visible(header.architecture)
        yield Fact("architecture", shown, Evidence(artifact.name, f"architecture {shown}", FORMAT.how, 0, header.end))


def _names(artifact: Artifact, header: Header) -> Iterator[Finding]:
    if header.duplicates:
        message = f"The name {visible(header.duplicates[0][0], 80)} stands twice; readers differ in which one counts."
        yield _finding(artifact, DUPLICATE, message, *(offset for _, offset in header.duplicates))
    unsafe = [(tensor, why) for tensor in header.tensors if (why := unsafe_name(tensor.name))]
    if unsafe:
        name, why = visible(unsafe[0][0].name, 80), unsafe[0][1]
        message = f"A program that writes the tensor {name} to a file of that name can be led astray: {why}."
        yield _finding(artifact, UNSAFE_NAME, message, *(tensor.offset for tensor, _ in unsafe))


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


def _behind(artifact: Artifact, reader: Reader, end: int, alignment: int) -> Iterator[Yield]:
    """Padding may follow the last tensor, and nothing else."""
    size = reader.size - end
    if size <= 0:
        return
    if size <= max(alignment, MAX_PADDING) and not any(reader.read_at(end, size)):
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how, end)
        return
    yield _finding(artifact, TRAILING, f"{size} bytes follow the last tensor of {artifact.name}.", end)
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how, end)
    yield rest(artifact, reader, end)


def _padded(offset: int, alignment: int) -> int:
    return -(-offset // alignment) * alignment


def _title(key: str) -> str:
    """What the template is called: `tokenizer.chat_template` is the default, what follows it is a name."""
    return key.removeprefix(_PREFIX).lstrip(".") or "default"


def _finding(artifact: Artifact, rule: str, message: str, *offsets: int) -> Finding:
    places = (Evidence(artifact.name, message, FORMAT.how, min(at, artifact.size)) for at in offsets[:MAX_PLACES])
    return Finding(rule, tuple(places), message)
