"""ONNX graphs, computed by onnxruntime; operators of one's own would be code, and are not loaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import ndarray


def computed(file: Path, tensors: dict[str, ndarray], *, threads: int) -> dict[str, ndarray]:
    """The outputs of a graph, in its own order.

    Args:
        file: the graph; external data lies beside it.
        tensors: "0", "1", ... for its inputs, in its own order.
        threads: that compute.

    Raises:
        ValueError: it takes another number of inputs, or gives what is no tensor.
    """
    import numpy as np
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    if len(names) != len(tensors):
        raise ValueError(f"the graph takes {len(names)} inputs, and there are {len(tensors)}")
    outputs = session.run(None, {name: tensors[str(place)] for place, name in enumerate(names)})
    if not all(isinstance(one, np.ndarray) and one.dtype.kind in "biuf" for one in outputs):
        raise ValueError("the graph gives what is no tensor of numbers")
    return {str(place): one for place, one in enumerate(outputs)}
