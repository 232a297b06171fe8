"""How many bits numbers have: the declared type of weights, and the label of a quantized file, against the tensors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from posixpath import basename, dirname
from types import MappingProxyType

from verifier.crosschecks.claims._model import HOW, Model, Row, Weights
from verifier.crosschecks.claims._results import consistent, contradicted, inconclusive, not_checkable
from verifier.records import Claim, Comparison, Evidence, Fact, Standing

DTYPE = "dtype"
QUANTIZATION = "quantization"

DTYPES: Mapping[str, str] = MappingProxyType(
    {"float16": "F16", "half": "F16", "bfloat16": "BF16", "float32": "F32", "float": "F32", "float64": "F64"}
)
"""Names of torch's types, and those of safetensors for them."""

FILE_TYPES: Mapping[int, str] = MappingProxyType(
    dict(enumerate(("F32", "F16", "Q4_0", "Q4_1")))
    | dict(enumerate(("Q8_0", "Q5_0", "Q5_1", "Q2_K", "Q3_K_S", "Q3_K_M", "Q3_K_L", "Q4_K_S", "Q4_K_M"), 7))
    | dict(enumerate(("Q5_K_S", "Q5_K_M", "Q6_K", "IQ2_XXS", "IQ2_XS", "Q2_K_S", "IQ3_XS", "IQ3_XXS", "IQ1_S"), 16))
    | dict(enumerate(("IQ4_NL", "IQ3_S", "IQ3_M", "IQ2_S", "IQ2_M", "IQ4_XS", "IQ1_M", "BF16"), 25))
    | {36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4"}
)
"""What `general.file_type` says (llama.cpp's `llama_ftype`)."""

_LABEL = re.compile(
    r"(?<![A-Z0-9])(I?Q\d_(?:K(?:_[SML])?|[01]|X{0,2}[SML]|NL)|TQ\d_0|BF16|F16|F32)(?![A-Z0-9])", re.IGNORECASE
)

_HELD_BACK = ("MXFP", "NVFP")
"""Types models are published in, which stay as they are whatever a file is called after."""

ROWS = 64
"""From which a table shows that none of its numbers is finer than a half float."""


FEW = 0.6
"""Share of a label's bits below which no mixture is called so: those of 4 bits on average hold some layers in 3."""


def compare(model: Model) -> Iterator[Comparison]:
    """A comparison a declared type, and one a label of a GGUF file."""
    for claim in model.said(DTYPE):
        yield _dtype(claim, model, model.beside(claim))
    for weights in (one for one in model.weights if one.gguf):
        said = [claim for claim in model.said(QUANTIZATION) if claim.evidence.artifact == weights.name]
        for claim in (*said, *_named(weights.name)):
            label = FILE_TYPES.get(claim.value) if isinstance(claim.value, int) else str(claim.value)
            yield _label(claim, label, weights)


def _dtype(claim: Claim, model: Model, weights: Weights | None) -> Comparison:
    """A declared type is what loaders convert to, so that another one in the file contradicts nothing."""
    declared = DTYPES.get(str(claim.value).removeprefix("torch."))
    folder = dirname(claim.evidence.artifact)
    quantized = any(key.startswith("quantization_config") for key in model.settings("config.json", folder))
    if weights is None or declared is None or quantized:
        return not_checkable(DTYPE, claim, "it is quantized" if quantized else "no tensors are known that show it")
    held = _most(weights.rows)
    told = f"most numbers of {weights.name} are {held}"
    if held != declared:
        return inconclusive(DTYPE, claim, f"{told}, which loaders convert", *weights.facts)
    finer = [fact for fact in model.facts("unmoved-rows", folder) if held == "F32"]
    if finer and all(map(_is_upcast, finer)):
        reason = f"{told}, but its embeddings have the precision of halves: it was converted from them"
        return inconclusive(DTYPE, claim, reason, *finer, *weights.facts)
    return consistent(DTYPE, claim, told, *weights.facts)


def _is_upcast(fact: Fact) -> bool:
    told = fact.value[1] if isinstance(fact.value, tuple) else ()
    return isinstance(told, tuple) and told[0] == told[1] and int(str(told[0])) >= ROWS


def _most(rows: Iterable[Row]) -> str:
    counted: Counter[str] = Counter()
    for row in rows:
        counted[row.dtype] += row.elements
    return max(counted, key=lambda dtype: counted[dtype])


def _named(path: str) -> Iterator[Claim]:
    """What the name of a file says, where it says one thing."""
    found = {match[0].upper() for match in _LABEL.finditer(basename(path))}
    if len(found) == 1:
        label = found.pop()
        yield Claim(QUANTIZATION, label, "publisher", "file-name", ".", Standing.UNVERIFIED, Evidence(path, label, HOW))


def _label(claim: Claim, label: str | None, weights: Weights) -> Comparison:
    """Files are mixtures, and shapes that do not fit a type get one of more bits."""
    rows = [row for row in weights.rows if row.name.startswith("blk.") and len(row.shape) > 1]
    if label is None or not rows:
        return not_checkable(QUANTIZATION, claim, "no tensors are known that show it")
    counted = {row.dtype for row in rows}
    most, bits = _most(rows), sum(_bits(row.dtype) * row.elements for row in rows) / sum(row.elements for row in rows)
    told = f"most weights are {most}, {bits:.1f} bits on average"
    if label == most or label.startswith(f"{most}_"):
        return consistent(QUANTIZATION, claim, f"{label}: {told}", *weights.facts)
    plain = all(dtype.startswith(("F", "BF")) for dtype in counted)
    held_back = any(dtype.startswith(_HELD_BACK) for dtype in counted)
    far = bits < FEW * _bits(label) or (plain and not label.startswith(("F", "BF")))
    return (contradicted if far and not held_back else inconclusive)(
        QUANTIZATION, claim, f"it is labeled {label}, but {told}", *weights.facts
    )


def _bits(dtype: str) -> int:
    """As the first number in a type's name tells."""
    digits = re.search(r"\d+", dtype)
    return int(digits[0]) if digits else 0
