"""What an operator of an ONNX model is, by its domain and name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

KNOWN: Final = frozenset(
    {
        "",
        "ai.onnx",
        "ai.onnx.ml",
        "ai.onnx.preview",
        "ai.onnx.preview.training",
        "ai.onnx.training",
        "com.microsoft",
        "com.microsoft.dml",
        "com.microsoft.experimental",
        "com.microsoft.mlfeaturizers",
        "com.microsoft.nchwc",
        "com.ms.internal.nhwc",
        "org.pytorch.aten",
    }
)
"""Domains of the standard and of those that ONNX Runtime registers (core/graph/constants.h)."""

PYTHON: Final = frozenset({"PyOp", "PythonOp", "PythonOpGrad", "PyCustomOp"})
"""Operators that call Python: onnxruntime's language interop, its training build, and onnxruntime-extensions."""

EXTENSIONS: Final = "com.microsoft.extensions"
"""onnxruntime-extensions beside its tokenizers: operators that open files and call services."""

ENGINE: Final = "EPContext"
"""A program compiled for one accelerator, or the path of one (ONNX Runtime, EP context design)."""


def runs_python(domain: str, name: str) -> str | None:
    """Why running an operator runs code from outside the model; None where it does not."""
    if name in PYTHON:
        return f"the operator {name} calls Python code by name"
    if domain == EXTENSIONS:
        return f"the operator {name} belongs to a library that opens files and calls services"
    return None


def unreviewed(domain: str, name: str, functions: Collection[tuple[str, str]]) -> str | None:
    """Why it is not known what an operator does; None where it is.

    Args:
        domain: of the node.
        name: its operator.
        functions: those the model defines itself.
    """
    if (domain, name) in functions:
        return None
    if name == ENGINE:
        return f"the operator {name} holds a program for an accelerator, or the path of one"
    if domain not in KNOWN:
        return f"the operator {name} of the domain {domain} is native code that the model does not hold"
    return None
