"""Requirement lines: where packages come from, and whether what is installed is fixed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.formats._requirements import DIRECT, RULES, UNPINNED, UNTRUSTED
from verifier.formats._requirements.lines import judge_requirement, urls

COMMIT = "a" * 40


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("", None),
        ("# http://x", None),
        ("torch==2.1.0", None),
        ("torch == 2.1.0  # why", None),
        ("torch", UNPINNED),
        ("torch>=2", UNPINNED),
        ("torch[extra]~=2.1", UNPINNED),
        ("-r other.txt", None),
        ("--index-url https://pypi.org/simple", None),
        ("--extra-index-url https://download.pytorch.org/whl/cu121", None),
        ("--extra-index-url https://packages.example.org/simple", DIRECT),
        ("--extra-index-url http://127.0.0.1:9/simple", UNTRUSTED),
        ("-i http://pypi.org/simple", UNTRUSTED),
        ("git+https://github.com/huggingface/transformers", UNPINNED),
        (f"git+https://github.com/huggingface/transformers@{COMMIT}", None),
        ("git+https://git.example.org/x", DIRECT),
        ("evil @ http://127.0.0.1:9/evil-1.0.tar.gz", UNTRUSTED),
        ("evil @ https://203.0.113.7/evil.whl", UNTRUSTED),
        ("evil @ https://2130706433/evil.whl", UNTRUSTED),
        ("evil @ https://github.com/a/b/releases/download/v1/b.whl", None),
        ("evil @ file:///tmp/x.whl", DIRECT),
        ("https://[::1]/x.whl", UNTRUSTED),
        ("https://[", UNTRUSTED),
    ],
)
def test_lines_are_judged_by_their_place(line: str, rule: str | None) -> None:
    assert judge_requirement(line) == rule


def test_places_in_other_texts() -> None:
    text = "install_requires=['x @ https://h.org/y', 'git+ssh://git@h/z'], url='https://h.org/home', a='http://h/b.whl'"
    assert list(urls(text)) == ["https://h.org/y", "git+ssh://git@h/z", "http://h/b.whl"]


@given(st.text(max_size=80))
def test_every_line_is_judged(line: str) -> None:
    assert judge_requirement(line) in (None, *RULES)
    assert list(urls(line)) is not None
