"""Interpolations make a loader act by what they make, import or evaluate; the others are quiet."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.formats._config.interpolation import interpolated

PIECES = st.sampled_from(["${", "{", "}", ":", "_target_", "oc.create", "eval", "os.system", "'", "\\", " ", "a"])


def test_what_was_seen_is_said() -> None:
    (seen,) = interpolated("${oc.create:{_target_:os.system}}")
    assert seen.key == "_target_"
    assert "os.system" in seen.message
    (seen,) = interpolated("${eval:${a}}")
    assert seen.message == "Resolving ${eval:${a}} evaluates code."


def test_only_interpolations_are_configuration() -> None:
    assert list(interpolated("{_target_: os.system}")) == []
    assert list(interpolated("$ {eval: 1}")) == []


def test_arguments_too_long_to_look_at_are_undecided() -> None:
    (seen,) = interpolated("${oc.create:[" + "1, " * 5000 + "]}")
    assert seen.rule == "config-code-resolver"


@pytest.mark.parametrize("text", ["${" * 50_000 + ":}" * 50_000, "${a:" * 50_000, "_target_ " * 50_000 + "${"])
def test_each_text_takes_time_in_line_with_it(text: str) -> None:
    assert {seen.rule for seen in islice(interpolated(text), 1000)} <= {"config-code-resolver"}


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_text_is_read_to_its_end(text: str) -> None:
    assert all(seen.text or seen.message for seen in interpolated(text))
    assert any(seen.rule == "config-dangerous-target" for seen in interpolated("${x:{_target_:os.system}}" + text))
