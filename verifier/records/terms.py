"""The words of a declaration of behavior: what a text in it may be, and what can be chosen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, TypeAlias, get_args


@dataclass(frozen=True, slots=True)
class Text:
    """What a text may be.

    Args:
        pattern: regular expression it matches whole, in the dialect that Python and ECMA 262 share.
        doc: what it is, for messages: "... is not <doc>".
    """

    pattern: str
    doc: str

    def takes(self, text: str) -> bool:
        """Whether a text is one."""
        return re.fullmatch(self.pattern, text) is not None


def allowed(hint: object, text: str) -> bool:
    """Whether a text is one of an `Annotated` type, as `Name`."""
    rule: Text = get_args(hint)[1]
    return rule.takes(text)


Name: TypeAlias = Annotated[str, Text(r"[A-Za-z0-9_][A-Za-z0-9_.@/ -]{0,99}", "a name of at most 100 plain characters")]
Prose: TypeAlias = Annotated[str, Text(r"[\s\S]{1,1000}", "a text of at most 1000 characters")]
Sha256: TypeAlias = Annotated[str, Text(r"[0-9a-f]{64}", "a SHA-256 in lower-case hexadecimal")]
DataPath: TypeAlias = Annotated[
    str,
    Text(
        r"((?!\.{1,2}/)[^/\\:\x00-\x1f\x7f]+/)*[^/\\:\x00-\x1f\x7f]+\.(npy|safetensors|jsonl)",
        "the path of an .npy, .safetensors or .jsonl file inside the model",
    ),
]
"""Data that no loader executes, below the model's own folder."""


class Dtype(StrEnum):
    """The numeric regime of a computation: what its weights are kept and multiplied in."""

    F32 = "f32"
    F16 = "f16"
    BF16 = "bf16"
    INT8 = "int8"


class Runtime(StrEnum):
    """What runs a model."""

    TORCH = "torch"
    ONNX = "onnxruntime"


class Kind(StrEnum):
    """What golden outputs are, and so how they are compared: numbers within a tolerance, labels and tokens exactly."""

    VECTOR = "vector"
    TENSOR = "tensor"
    LOGITS = "logits"
    LABELS = "labels"
    TOKENS = "tokens"


class Risk(StrEnum):
    """Risks of using somebody else's model, against which its author may have put controls in place."""

    CONFIDENTIALITY = "confidentiality"
    POISONING = "poisoning"
    ADVERSARIAL_EXAMPLES = "adversarial-examples"
    TRANSFER_LEARNING = "transfer-learning"
    ONLINE_MANIPULATION = "online-manipulation"
    MISUSE = "misuse"


class Dialect(StrEnum):
    """In which way something was declared; all but the first are other people's."""

    BEHAVIOR = "behavior"
    BEHAVIOUR = "behaviour"
    MODEL_INDEX = "model-index"
    EVAL_RESULTS = "eval-results"
    ONNX = "onnx-test-data"
    BIOIMAGEIO = "bioimageio"
    MTEB = "mteb"


class Measured(StrEnum):
    """What running a model can show: the kind of its facts and comparisons."""

    GOLDEN = "golden"
    """Level 2: declared inputs give the declared outputs."""
    METRIC = "metric"
    """Level 3: declared numbers come out again."""
    LOAD = "load"
    """Loading does what loads of its kind do, and nothing else."""


OWN = "you"
"""Who claims what one recorded oneself."""

SCREENED = "screened-tensors"
"""Kind of the fact that says how many tensors of a file were looked at for files in their low bits."""
