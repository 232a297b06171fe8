"""What TorchScript source can reach outside the model (torch/csrc/jit/frontend; the operators of ATen that open files).

Loading runs `__setstate__`, calling the model runs the rest; neither needs a pickle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FILE_OPERATORS = frozenset({"from_file", "save"})
"""Operators of `aten` that open a path the model chooses (aten/src/ATen/native/native_functions.yaml)."""

_FILE_EXTENSIONS = frozenset(
    {
        ("image", "decode_image_file"),
        ("image", "read_file"),
        ("image", "write_file"),
        ("torchaudio", "sox_effects_apply_effects_file"),
        ("torchaudio", "sox_io_load_audio_file"),
        ("torchaudio", "sox_io_save_audio_file"),
    }
)
"""Operators of torchvision and torchaudio that do."""

_KNOWN_NAMESPACES = frozenset(
    {
        "_caffe2",
        "_quantized",
        "aten",
        "c10",
        "cuda",
        "image",
        "mkl",
        "mkldnn",
        "mkldnn_prepacked",
        "onednn",
        "prepacked",
        "prim",
        "prims",
        "quantized",
        "sparse",
        "torchaudio",
        "torchvision",
        "xnnpack",
    }
)
"""Operator namespaces that torch, torchvision and torchaudio register themselves."""

_TOKEN = re.compile(
    r"""(?P<blank>\s+|\\\n|\#[^\n]*)|(?P<text>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)|(?P<name>\w+)|(?P<mark>.)""",
    re.DOTALL,
)
_DEFINED = re.compile(r"\bdef (\w+)\(")


@dataclass(frozen=True, slots=True)
class Reach:
    """An operator that reaches outside.

    Args:
        offset: in the text.
        operator: as called, without spaces.
        opens_files: whether it opens a path; otherwise it is compiled code that the archive does not hold.
    """

    offset: int
    operator: str
    opens_files: bool


def reaches(source: str) -> Iterator[Reach]:
    """The calls in a TorchScript source that open files, or run operators nobody knows.

    A method of an object may be called `save` where the source defines one.
    """
    own = set(_DEFINED.findall(source))
    for offset, names in _calls(source):
        namespace = names[1] if names[0] == "ops" and len(names) > 2 else "aten"
        is_method = names[-1] in own and names[1:] and names[0] not in ("ops", "torch")
        if (names[-1] in _FILE_OPERATORS and not is_method) or (namespace, names[-1]) in _FILE_EXTENSIONS:
            yield Reach(offset, ".".join(names), True)
        elif namespace not in _KNOWN_NAMESPACES:
            yield Reach(offset, ".".join(names), False)


def _calls(source: str) -> Iterator[tuple[int, list[str]]]:
    """Where something is called, and its dotted name, the middle of a long one left out; one pass."""
    names: list[str] = []
    offset, dotted = 0, False
    for match in _TOKEN.finditer(source):
        if match["blank"]:
            continue
        if match["name"]:
            offset, names = (offset, [*names[:3], match["name"]]) if dotted else (match.start(), [match["name"]])
        elif match["mark"] == "(" and names:
            yield offset, names
        dotted = match["mark"] == "."
        names = names if match["name"] or dotted else []
