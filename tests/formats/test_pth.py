"""Path files of Python run their import lines at every start; weights of the same name are no text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import inspected, probe, rules_of, states_of
from tests.builders.torches import torch_zip
from verifier.formats import FormatModule
from verifier.formats import pth as module
from verifier.records import CoverageState

MODULE: FormatModule = module


@pytest.mark.parametrize("text", ["import os; os.system('true')", "# x\n../lib\nimport\tos\n", "\ufeffimport os"])
def test_lines_that_import_are_found(text: str) -> None:
    assert module.recognize(probe(text.encode(), "x.pth"))
    records = inspected(MODULE, text.encode(), "x.pth")
    assert (rules_of(records), states_of(records)) == (["path-file-imports"], [CoverageState.INSPECTED])


@pytest.mark.parametrize("text", ["../lib\n", "# import os\n", "important\n", " import os\n"])
def test_paths_are_quiet(text: str) -> None:
    assert rules_of(inspected(MODULE, text.encode(), "x.pth")) == []


@pytest.mark.parametrize("data", [b"", torch_zip(), b"\x80\x02N.", b"x" * 5000 + b"\0", b"a" * (module.MAX_BYTES + 1)])
def test_weights_are_left_alone(data: bytes) -> None:
    assert states_of(inspected(MODULE, data, "x.pth")) == [CoverageState.UNKNOWN]


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_end_in_coverage(data: bytes) -> None:
    assert states_of(inspected(MODULE, data, "x.pth"))
