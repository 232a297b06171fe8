"""Settings of a model for Triton Inference Server (`config.pbtxt`): what the server loads and runs to serve it.

Source: docs.nvidia.com/deeplearning/triton-inference-server, "Model Configuration", and model_config.proto.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.errors import Malformed
from verifier.formats._context import Context, Probe
from verifier.formats._text import is_text
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader, visible

FORMAT = Format("triton", 1, "settings of a model for Triton", refines=("text",))

CODE: Final = "triton-code"
OUTSIDE: Final = "triton-outside-path"
RULES: tuple[str, ...] = (CODE, OUTSIDE)

_LONGEST: Final = 1 << 20
"""Bytes of settings."""

_MOST: Final = 100
"""Findings of one file."""

_BACKENDS: Final = frozenset(
    {
        *("tensorrt", "onnxruntime", "tensorflow", "pytorch", "openvino", "dali", "fil", "identity", "ensemble"),
        *("tensorrtllm", "tensorflow_graphdef", "tensorflow_savedmodel", "tensorrt_plan", "onnxruntime_onnx"),
        *("pytorch_libtorch", "repeat", "square"),
    }
)
"""Backends and platforms of NVIDIA's that run a model's file and no code beside it."""

_FILES: Final = ("default_model_filename", "cc_model_filenames", "op_library_filename", "label_filename", "runtime")
_LIBRARIES: Final = ("op_library_filename", "runtime")
_KEYWORDS: Final = (b"backend:", b"platform:", b"max_batch_size", b"instance_group", b"model_operations", b"input")


def recognize(probe: Probe) -> bool:
    """Text of that name, in which one of the settings stands."""
    is_named = probe.name == "config.pbtxt" and is_text(probe.head, [probe.head], whole=False)
    return is_named and any(word in probe.head.replace(b" ", b"") for word in _KEYWORDS)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Coverage]:
    """Reads all settings that hold text."""
    from verifier.formats._tensorflow.text import texts
    from verifier.formats._text import read_whole

    raw = read_whole(reader, context.budget, _LONGEST)
    told, key = 0, ""
    try:
        for path, value, offset in texts(raw):
            names, text = [name.decode("utf-8", "replace") for name in path], value.decode("utf-8", "backslashreplace")
            key = text if names[-1] == "key" else key
            for rule, message in _judged(names, key, text):
                told += 1
                if told <= _MOST:
                    yield Finding(rule, (Evidence(artifact.name, text or "(empty)", FORMAT.how, offset),), message)
    except Malformed as error:
        reason = f"it is read up to byte {error.offset}: {error.message}"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)
        return
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)


def _judged(path: list[str], key: str, text: str) -> Iterator[tuple[str, str]]:
    from verifier.formats._onnx.external import unsafe_location

    name, shown = path[-1], visible(text, 80)
    named = next((part for part in reversed(path) if part in _FILES), "")
    if name in ("backend", "platform") and len(path) == 1 and text not in _BACKENDS:
        yield (
            CODE,
            f"The server runs the model by the backend {shown}, which takes code beside the model or is its own.",
        )
    elif named in _LIBRARIES:
        yield CODE, f"The server loads the library {shown}."
    elif key == "EXECUTION_ENV_PATH" and name == "string_value":
        yield CODE, f"The server unpacks {shown}, an environment of Python, and runs it."
    elif name == "name" and path[:2] == ["model_repository_agents", "agents"]:
        yield CODE, f"The agent {shown} is called when the model is loaded."
    if named and name != "key" and (why := unsafe_location(text)):
        yield OUTSIDE, f"The place of a file, {shown}, {why}."
