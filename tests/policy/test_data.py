"""`[data]`: data sets that lie here, each by its digest."""

from __future__ import annotations

import pytest

from tests.builders.dossiers import written
from verifier.errors import PolicyError
from verifier.policy import DataSet, combined

ONE, OTHER = "ab" * 32, "cd" * 32


def entry(digest: str = ONE, path: str = "test.npz") -> str:
    return f'[data."mteb/sts16-sts"]\npath = "{path}"\nsha256 = "{digest}"\n'


def test_data_sets_are_known_by_name() -> None:
    assert written("").data == ()
    assert written(entry()).data == (("mteb/sts16-sts", DataSet("test.npz", ONE)),)
    both = combined([written(entry()), written(entry(OTHER)), written(entry() + '[card]\nmissing = "deny"')])
    assert {one.sha256 for _, one in both.data} == {ONE, OTHER}
    assert len(both.data) == 2


@pytest.mark.parametrize("digest", ["", "ab", ONE.upper(), f"sha256:{ONE}"])
def test_a_data_set_is_named_by_its_digest(digest: str) -> None:
    with pytest.raises(PolicyError, match="sha256"):
        written(entry(digest))


@pytest.mark.parametrize("more", ["url = 'https://example.org'", "", "path = ''"])
def test_nothing_else_is_said_of_it(more: str) -> None:
    with pytest.raises(PolicyError, match=r"data\.set"):
        written(f"[data.set]\n{more}\n")
