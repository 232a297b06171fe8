"""YAML becomes plain values and tags, at bounded cost, and nothing is constructed."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.errors import BudgetExceeded, InspectionError, Malformed
from verifier.formats._config.tree import DEPTH, EXPANDED, Tag, read

VALUES = st.recursive(
    st.text(alphabet="abc -:", max_size=6), lambda x: st.lists(x) | st.dictionaries(st.text("abc", max_size=3), x)
)


def test_values_tags_and_aliases() -> None:
    tree = read("a: &x os.system\nb: [*x, !new:torch.nn.Linear {in: 1}]\n---\n!!python/name:os.system ''\n")
    assert tree.documents == [{"a": "os.system", "b": ["os.system", {"in": "1"}]}, ""]
    assert tree.tags == [Tag("!new:torch.nn.Linear", 2), Tag("tag:yaml.org,2002:python/name:os.system", 4)]


def test_aliases_of_collections_are_not_expanded() -> None:
    lines = ["a: &a [x, x]"] + [f"{b}: &{b} [*{a}, *{a}]" for a, b in zip("abcdefghij", "bcdefghijk", strict=True)]
    assert read("\n".join(lines)).documents[0]["k"] == [None, None]  # type: ignore[index, call-overload]


def test_what_aliases_expand_to_is_counted() -> None:
    assert read("a: &a [x, yy]\nb: *a\n").expanded == 1 + 2 + 2 + 2 * (1 + 2 + 3)
    assert read("a\n---\nb\n").expanded == 4
    for nested in ("&a [*a]", "a: &a {b: [*a]}"):
        assert read(nested).expanded == EXPANDED + 1


@pytest.mark.parametrize("text", ["a: [", "a: b: c", "%", "\t- a", "*nothing\n: ]"])
def test_what_is_no_yaml_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        read(text)


def test_depth_is_a_limit() -> None:
    with pytest.raises(BudgetExceeded):
        read("[" * (DEPTH + 1) + "]" * (DEPTH + 1))


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_what_yaml_writes_is_read_as_it_was(value: object) -> None:
    assert read(yaml.safe_dump(value)).documents == [value]


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="a:-[]{}!&*'\"\n |>%", max_size=60))
def test_reading_is_total(text: str) -> None:
    try:
        read(text)
    except InspectionError as error:
        assert str(error)  # noqa: PT017 - either end is good
