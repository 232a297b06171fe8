"""What a process loads: recognizing needs no engine, and inspecting only its own."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

ENGINES = (
    *(
        "_catboost",
        "_code.judge",
        "_config.json",
        "_config.yaml",
        "_flatbuffer.table",
        "_gguf.inspection",
        "_hdf5.walk",
    ),
    *(
        "_joblib.streams",
        "_keras.judge",
        "_lightgbm",
        "_msgpack.walk",
        "_numpy.header",
        "_onnx.model",
        "_pickle.stream",
    ),
    *("_r.walk", "_tar.archive", "_templates.inspection", "_tensorflow.graph", "_torch.archive", "_zip.archive"),
)
"""A module of each engine that only inspecting needs."""

OTHERS = (
    *("cryptography", "fickling", "huggingface_hub", "jinja2", "yaml"),
    *("concurrent.futures", "importlib.resources", "tempfile", "verifier.claims._signing.bundle"),
    *("verifier.claims._declaration.foreign", "verifier.claims._declaration.own", "verifier.claims._tree"),
    *("verifier.crosschecks.claims._model", "verifier.data.architectures", "verifier.records.declaration"),
)
"""What a pickle in a folder gives no reason to load."""


def loaded(script: str) -> set[str]:
    """The modules that running a script in a new process brings; measuring coverage brings some of its own before."""
    code = f"import sys\nbefore = set(sys.modules)\n{script}\nprint(*set(sys.modules) - before)"
    return {*subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split()}


def engines(modules: set[str]) -> set[str]:
    return {name for name in ENGINES if f"verifier.formats.{name}" in modules}


def test_the_engines_are_there() -> None:
    script = "\n".join(f"import verifier.formats.{name}" for name in ENGINES)
    assert engines(loaded(script)) == {*ENGINES}


def test_formats_are_known_without_any_engine() -> None:
    modules = loaded("from verifier import formats; formats.modules()")
    assert engines(modules) == set()
    assert modules.isdisjoint({*OTHERS, "verifier.data.symbols", "urllib.parse"})


@pytest.mark.parametrize(
    ("name", "content", "needed"),
    [
        ("model.pkl", pickle.dumps({"weight": [1, 2, 3]}), {"_joblib.streams", "_pickle.stream"}),
        ("model.gguf", b"GGUF", {"_gguf.inspection", "_pickle.stream", "_templates.inspection"}),
    ],
)
def test_a_file_is_inspected_by_its_own_engine(name: str, content: bytes, needed: set[str], tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    modules = loaded(f"from verifier import verify_model; verify_model({str(tmp_path)!r})")
    assert engines(modules) == needed
    assert modules.isdisjoint(OTHERS)
