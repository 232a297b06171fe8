"""What runs in the sandbox: reads the model's files, computes, and packs the numbers."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verifier.behavior.runner import Entry, Runtime, _wire

if TYPE_CHECKING:
    from numpy import ndarray


def answer(request: bytes) -> bytes:
    """Computes what `verifier.behavior.runner.run` asks for; whatever it raises ends the child and is told."""
    head, tensors = _wire.unpacked(request)
    outputs = _computed(head, tensors)
    packages = ("onnxruntime",) if head["runtime"] == Runtime.ONNX else ("torch", "transformers")
    return _wire.packed({"versions": {name: version(name) for name in packages}}, outputs)


def _computed(head: dict[str, Any], tensors: dict[str, ndarray]) -> dict[str, ndarray]:
    folder = Path(head["folder"])
    if head["runtime"] == Runtime.ONNX:
        from verifier.behavior.runner import _onnx

        return _onnx.computed(folder / head["file"], tensors, threads=head["threads"])
    import torch

    torch.set_num_threads(head["threads"])
    entry = Entry(head["entry"])
    with torch.inference_mode():
        if entry.takes_texts:
            from verifier.behavior.runner import _texts

            return {"0": _texts.computed(entry, folder, head["texts"], head["batch"], head["file"])}
        from verifier.behavior.runner import _networks

        return {"0": _networks.computed(entry, folder / head["file"], tensors["0"])}
