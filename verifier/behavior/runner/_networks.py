"""Small networks whose structure is known here, so that a state dict is all there is to them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from verifier.behavior.runner import Entry

if TYPE_CHECKING:
    from numpy import ndarray
    from torch import Tensor


def computed(entry: Entry, file: Path, inputs: ndarray) -> ndarray:
    """The outputs of a network for a batch of inputs.

    Layers are taken in the order of their names in the file, numbers in names by their value: each is `<name>.weight`,
    of two dimensions or, first of all and in a CNN only, four, and `<name>.bias`.

    Raises:
        ValueError: the file holds something else.
    """
    import torch
    from safetensors.torch import load_file
    from torch.nn import functional

    state = {name: tensor.float() for name, tensor in load_file(file).items()}
    layers = sorted({name.rpartition(".")[0] for name in state}, key=_natural)
    if set(state) != {f"{layer}.{part}" for layer in layers for part in ("weight", "bias")}:
        raise ValueError("the state dict is not made of layers with a weight and a bias each")
    values = torch.from_numpy(inputs).float()
    for place, layer in enumerate(layers):
        weight, bias = state[f"{layer}.weight"], state[f"{layer}.bias"]
        if weight.ndim == 4 and entry is Entry.CNN and values.ndim == 4:
            values = functional.max_pool2d(functional.relu(functional.conv2d(values, weight, bias, padding="same")), 2)
        elif weight.ndim == 2:
            values = functional.linear(values.flatten(1), weight, bias)
            values = values if place == len(layers) - 1 else functional.relu(values)
        else:
            raise ValueError(f"layer {layer!r} has no place in {entry}")
    return _numbers(values)


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in name.split(".")]


def _numbers(values: Tensor) -> ndarray:
    return values.float().contiguous().numpy()
