"""Programs for devices are named as what they are, and as not understood."""

from __future__ import annotations

import io
import warnings

import pytest

from tests.builders.inspections import inspected, only
from tests.builders.torch_files import examined, gaps, recognized
from tests.builders.torches import export_zip
from verifier.formats import torch_mobile as module
from verifier.records import Coverage, CoverageState

PROGRAM = b"\x1c\0\0\0ET12" + bytes(24)


@pytest.mark.parametrize(
    ("identifier", "what"), [(b"ET12", "ExecuTorch"), (b"ET13", "ExecuTorch"), (b"PTMF", "PyTorch Mobile")]
)
def test_a_program_is_named_and_left_open(identifier: bytes, what: str) -> None:
    data = b"\x1c\0\0\0" + identifier + bytes(24)
    (coverage,) = only(inspected(module, data), Coverage)
    assert coverage.state is CoverageState.PARTIAL
    assert what in coverage.reason
    assert recognized(data) == ["torch-mobile"]


@pytest.mark.parametrize("data", [b"", b"ET12", b"\0\0\0\0ETxx", b"\0\0\0\0PTM"])
def test_anything_else_is_not(data: bytes) -> None:
    (coverage,) = only(inspected(module, data), Coverage)
    assert coverage.state is CoverageState.UNKNOWN
    assert "torch-mobile" not in recognized(data, "model.bin")


def test_a_program_in_an_archive_of_torch_export_is_named_too() -> None:
    assert any("ExecuTorch" in gap for gap in gaps(examined(export_zip(more={"data/executorch/model.pte": PROGRAM}))))


def test_what_torch_writes_for_mobile_is_recognized() -> None:
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        script = torch.jit.script(torch.nn.Linear(2, 2))
        data = script._save_to_buffer_for_lite_interpreter(_use_flatbuffer=True)  # type: ignore[no-untyped-call]
    assert recognized(bytes(data), "model.ptl") == ["torch-mobile"]
    assert io.BytesIO(data).read(8)[4:] == b"PTMF"
