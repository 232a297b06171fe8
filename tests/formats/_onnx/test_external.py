"""Weights beside a model: a folder is accepted where they are proven, and not where anything else stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.onnxs import external, model, node, weights
from tests.builders.opcodes import call, pickled
from verifier import Outcome, verify_model
from verifier.formats._onnx.external import unsafe_location

NUMBERS = bytes(range(1, 17))


def outcome(folder: Path, location: str = "model.onnx_data", *, content: bytes = NUMBERS) -> Outcome:
    """The verdict on a model whose one weight of 16 bytes stands in a file beside it."""
    path = folder / "onnx" / "model.onnx"
    path.parent.mkdir()
    path.write_bytes(model(node("Mul", "x", "W"), weights(external(location, length="16"))))
    (path.parent / "model.onnx_data").write_bytes(content)
    return verify_model(str(folder)).outcome


def test_weights_beside_a_model_are_accepted(tmp_path: Path) -> None:
    assert outcome(tmp_path) is Outcome.ACCEPTED


def test_bytes_nobody_names_are_not(tmp_path: Path) -> None:
    assert outcome(tmp_path, content=NUMBERS + b"more") is Outcome.UNDECIDED


def test_a_pickle_does_not_pass_as_weights(tmp_path: Path) -> None:
    payload = pickled(call("posix", "system", "true"))
    assert outcome(tmp_path, content=payload) is Outcome.REJECTED


def test_a_file_that_is_cut_short_is_not_accepted(tmp_path: Path) -> None:
    assert outcome(tmp_path, content=NUMBERS[:8]) is Outcome.REJECTED


@pytest.mark.parametrize("location", ["../model.onnx_data", "%2e%2e/x", "#/../x"])
def test_places_outside_are_rejected(tmp_path: Path, location: str) -> None:
    assert outcome(tmp_path, location) is Outcome.REJECTED


def test_a_missing_file_leaves_the_question_open(tmp_path: Path) -> None:
    assert outcome(tmp_path, "elsewhere") is Outcome.UNDECIDED


@pytest.mark.parametrize("location", ["a b.bin", "données.bin", "a/b/c", "..a", "a..b", "100%.bin"])
def test_unusual_names_are_not_unsafe(location: str) -> None:
    assert unsafe_location(location) is None
