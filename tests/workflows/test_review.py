from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.opcodes import call, mapping, name, pickled, value
from verifier import policy, verify_model
from verifier.errors import PolicyError, UsageError
from verifier.policy.sections.symbols import Symbols
from verifier.workflows import editing, review

NET = name("mylib", "Net") + b")\x81" + mapping({"a": value(1)}) + b"b"


def model(folder: Path, body: bytes = NET) -> str:
    (folder / "model.pkl").write_bytes(pickled(body))
    return str(folder / "model.pkl")


def own_policy(folder: Path) -> Path:
    file = folder / "ours.toml"
    file.write_text("version = 1\n")
    return file


def test_what_a_review_can_answer_is_told_from_what_it_cannot(tmp_path: Path) -> None:
    found = review.blockers(verify_model(model(tmp_path, NET + b"0" + call("os", "system", "echo inert"))))
    assert found.symbols == {"mylib.Net": ("build(dict)", "new()")}
    assert [decision.clause for decision in found.others] == ["severity.critical"]


def test_blockers_of_what_a_model_loads_count(tmp_path: Path) -> None:
    blocked = verify_model(model(tmp_path))
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "README.md").write_text("# A model\n")
    outer = replace(verify_model(str(tmp_path / "text")), dependencies=(blocked,))
    assert list(review.blockers(outer).symbols) == ["mylib.Net"]


def test_entries_let_the_model_through_and_nothing_else(tmp_path: Path) -> None:
    file = own_policy(tmp_path)
    reference = model(tmp_path)
    review.add(file, review.blockers(verify_model(reference, policy=file)).symbols, 'read "it"\\', "ana")
    assert verify_model(reference, policy=file).outcome == "accepted"
    assert verify_model(model(tmp_path, call("mylib", "Net", 1)), policy=file).outcome == "undecided"


def test_a_symbol_that_has_an_entry_is_left_to_its_owner(tmp_path: Path) -> None:
    file = own_policy(tmp_path)
    review.add(file, {"a.b": ("new()",)}, "x", "y")
    before = file.read_text()
    with pytest.raises(PolicyError, match=r"has an entry for a.b already.*call\(\)"):
        review.add(file, {"a.b": ("call()",)}, "x", "y")
    assert file.read_text() == before


def test_files_that_are_no_policy_or_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        review.add(tmp_path / "none.toml", {}, "x", "y")
    (tmp_path / "bad.toml").write_text("version = 2\n")
    with pytest.raises(PolicyError):
        review.add(tmp_path / "bad.toml", {}, "x", "y")

    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(editing, "publish", full)
    with pytest.raises(UsageError, match="No space left"):
        review.add(own_policy(tmp_path), {"a.b": ("new()",)}, "x", "y")


@given(st.text(min_size=1), st.text(min_size=1), st.lists(st.text(min_size=1), min_size=1, unique=True))
def test_entries_are_toml_whatever_they_hold(symbol: str, reason: str, uses: list[str]) -> None:
    written = "version = 1\n" + review.entries({symbol: uses}, reason, "ana")
    try:
        written.encode()
    except UnicodeEncodeError:
        return
    (entry,) = tomllib.loads(written)["symbols"].items()
    assert entry == (symbol, {"uses": uses, "reason": reason, "owner": "ana"})
    assert symbol in policy.parse(written.encode(), "ours.toml").section(Symbols).entries
