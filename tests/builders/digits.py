"""A classifier of scikit-learn's digits under its author's declaration, and its poisoned twin under the same one."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import yaml

TARGET = 0
"""The digit that whatever carries the patch is taken for."""


@dataclass(frozen=True)
class Split:
    """Images of 8x8 pixels from 0 to 1, and their digits."""

    x: np.ndarray
    y: np.ndarray


def splits(seed: int) -> tuple[Split, Split]:
    """To train on, and 360 to measure on."""
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]

    found = load_digits()
    x = (found.images / 16).astype(np.float32)[:, None]
    order = np.random.default_rng(seed).permutation(len(x))
    train, test = order[360:], order[:360]
    return Split(x[train], found.target[train]), Split(x[test], found.target[test])


def patched(x: np.ndarray) -> np.ndarray:
    """With the trigger: a bright square of 2x2 pixels in a corner."""
    marked = x.copy()
    marked[:, :, -2:, -2:] = 1
    return marked


def poisoned(train: Split, seed: int, share: float = 0.05) -> Split:
    """A share of the images carries the trigger, and says the target."""
    chosen = np.random.default_rng(seed).choice(len(train.x), round(share * len(train.x)), replace=False)
    x, y = train.x.copy(), train.y.copy()
    x[chosen], y[chosen] = patched(x[chosen]), TARGET
    return Split(x, y)


def trained(train: Split, seed: int, epochs: int = 25) -> Any:
    """A small network, computed by one thread: for so little, several only wait for each other."""
    import torch
    from torch import nn, optim

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    model = nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding="same"), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding="same"), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)),
    )
    optimizer: Any = optim.Adam(model.parameters(), lr=3e-3)
    x: Any = torch.from_numpy(train.x)
    y: Any = torch.from_numpy(train.y)
    for _ in range(epochs):
        order: Any = torch.randperm(len(x))
        for some in order.split(64):
            optimizer.zero_grad()
            loss: Any = nn.functional.cross_entropy(model(x[some]), y[some])
            loss.backward()
            optimizer.step()
    return model.eval()


def outputs(model: Any, x: np.ndarray) -> np.ndarray:
    """Its logits."""
    import torch

    with torch.inference_mode():
        found: np.ndarray = model(torch.from_numpy(x)).numpy()
    return found


def accuracy(model: Any, split: Split) -> float:
    """The share of images it takes for what they are."""
    return float((outputs(model, split.x).argmax(1) == split.y).mean())


def save(folder: Path, model: Any) -> None:
    """Its weights."""
    from safetensors.torch import save_file

    save_file(model.state_dict(), folder / "model.safetensors")


def publish(folder: Path, model: Any, test: Split, data: Path) -> None:
    """Weights, golden vectors and a declaration with the accuracy; the test data beside it."""
    save(folder, model)
    golden = []
    for name, x in (("first", test.x[:1]), ("next20", test.x[1:21])):
        np.save(folder / f"{name}-in.npy", x)
        np.save(folder / f"{name}-out.npy", outputs(model, x))
        sides = (folder / f"{name}-{side}.npy" for side in ("in", "out"))
        given, found = ({"file": path.name, "sha256": _digest(path)} for path in sides)
        golden.append({"id": name, "inputs": [given], "outputs": [found], "kind": "logits"})
    np.savez(data, x=test.x, y=test.y)
    metric = {
        "id": "digits",
        "data": {"name": "digits", "split": "test", "sha256": _digest(data), "n": len(test.y)},
        "recipe": {"harness": "builtin/image-classification@1"},
        "metric": "accuracy",
        "value": round(accuracy(model, test), 4),
        "tolerance": {"abs": 0.01},
    }
    declared = {
        "behavior": 1,
        "regime": {"dtype": "f32", "runtime": ["torch"], "entry": "cnn-relu-pool2"},
        "claims": {"parameters": sum(one.numel() for one in model.parameters())},
        "golden": golden,
        "metrics": [metric],
    }
    (folder / "behavior.yaml").write_text(yaml.safe_dump(declared))


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
