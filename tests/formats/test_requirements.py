"""Lists of packages: pinned ones are quiet, places of others' choosing are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import inspected, probe, rules_of, states_of
from verifier.formats import FormatModule, candidates
from verifier.formats import requirements as module
from verifier.records import CoverageState

MODULE: FormatModule = module
CLEAN = [CoverageState.INSPECTED]


@pytest.mark.parametrize(
    ("name", "text", "rules"),
    [
        ("requirements.txt", "torch==2.1.0\n# http://x\n\n", []),
        ("requirements.txt", "torch\nnumpy>=1\n", ["requirement-unpinned"]),
        ("requirements-dev.txt", "evil @ \\\nhttp://127.0.0.1:9/x.whl\n", ["requirement-untrusted-source"]),
        ("dev-requirements.txt", "--extra-index-url https://h.example/simple\n", ["requirement-direct-source"]),
        ("setup.py", "setup(url='https://h.org/x', install_requires=['torch'])", []),
        ("setup.py", "setup(install_requires=['x @ http://203.0.113.7/x.whl'])", ["requirement-untrusted-source"]),
        ("pyproject.toml", 'dependencies = ["x @ git+https://h.example/x"]', ["requirement-direct-source"]),
        (
            "environment.yml",
            "dependencies:\n- pip:\n  - --extra-index-url http://h/simple\n",
            ["requirement-untrusted-source"],
        ),
        ("environment.yml", "channels:\n- conda-forge\ndependencies:\n- python\n", []),
        ("dockerfile", "FROM python\nRUN pip install git+https://h.example/x\n", ["requirement-direct-source"]),
    ],
)
def test_lists_are_judged_line_by_line(name: str, text: str, rules: list[str]) -> None:
    records = inspected(MODULE, text.encode(), name)
    assert (rules_of(records), states_of(records)) == (rules, CLEAN)
    assert MODULE in candidates(probe(text.encode(), name))


@pytest.mark.parametrize("name", ["notes.txt", "requirement.md", "setup.pyc", "model.txt"])
def test_other_names_are_left_alone(name: str) -> None:
    assert MODULE not in candidates(probe(b"torch\n", name))


def test_bytes_are_no_list() -> None:
    assert states_of(inspected(MODULE, b"\0", "requirements.txt")) == [CoverageState.UNKNOWN]


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80), st.sampled_from(["requirements.txt", "setup.py"]))
def test_any_text_ends_in_coverage(text: str, name: str) -> None:
    assert states_of(inspected(MODULE, text.encode("utf-8", "replace"), name))
