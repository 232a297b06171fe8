"""The list of operators is sorted, names each once, and says what those do that do more than compute."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from verifier import data
from verifier.data.operators import Reach, operator

TABLE = tomllib.loads((files(data) / "tensorflow.toml").read_text(encoding="utf-8"))
LISTED = {part: TABLE[part]["names"].split() for part in ("libraries", "standard")}
TOLD = {reach: list(TABLE[reach]) for reach in ("python", "machine", "feeding")}


@pytest.mark.parametrize("part", [*LISTED, *TOLD])
def test_sections_are_sorted(part: str) -> None:
    names = {**LISTED, **TOLD}[part]
    assert names == sorted(set(names))


def test_each_operator_stands_once() -> None:
    names = [name for part in ({**LISTED, **TOLD}).values() for name in part]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "reach"),
    [
        ("PyFunc", Reach.PYTHON),
        ("EagerPyFunc", Reach.PYTHON),
        ("ReadFile", Reach.MACHINE),
        ("LMDBReader", Reach.FEEDING),
        ("NobodyKnows", Reach.UNKNOWN),
        ("", Reach.UNKNOWN),
    ],
)
def test_operators_that_do_more_are_told(name: str, reach: Reach) -> None:
    known = operator(name)
    assert known is not None
    assert known.reach is reach
    assert known.why


@pytest.mark.parametrize("name", ["MatMul", "SaveV2", "RestoreV2", "PartitionedCall", "SentencepieceTokenizeOp"])
def test_operators_that_compute_pass(name: str) -> None:
    assert operator(name) is None
