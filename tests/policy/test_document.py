"""What `extends` brings in, and where it was written."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from verifier.errors import PolicyError
from verifier.policy import Policy, load, resolved
from verifier.policy._document import read
from verifier.policy.sections.card import Card
from verifier.policy.sections.coverage import Gaps
from verifier.policy.sections.rules import Rules
from verifier.policy.sections.severity import Severity
from verifier.policy.sections.symbols import Symbols
from verifier.policy.sections.waive import Waivers
from verifier.records import Level


def files(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(f"version = 1\n{text}\n", encoding="utf-8")


def waiver(model: str) -> str:
    entry = 'rule = "pickle-unsafe-call"\nreason = "r"\nowner = "o"\nexpires = 2026-01-01'
    return f'[[waive]]\nmodel = "{model}"\n{entry}\n'


def test_one_s_own_keys_go_before_those_extended(tmp_path: Path) -> None:
    files(
        tmp_path,
        base='description = "theirs"\n[severity]\nlow = "deny"\nhigh = "note"\n[card]\nrequire = ["license"]',
        ours='extends = "base.toml"\n[severity]\nhigh = "deny"\n[rules]\ndigest-mismatch = "deny"',
    )
    policy = load(str(tmp_path / "ours.toml"))
    assert (policy.name, policy.description) == ("ours", "")
    assert policy.section(Severity) == Severity(low=Level.DENY)
    assert policy.section(Card).require == ("license",)
    assert policy.section(Rules).levels == {"digest-mismatch": Level.DENY}


def test_waivers_and_symbols_add_up_and_keep_their_places(tmp_path: Path) -> None:
    entry = 'uses = ["new()"]\nreason = "r"\nowner = "o"'
    files(
        tmp_path,
        base=f'{waiver("a/a")}{waiver("a/b")}[symbols."m.A"]\n{entry}',
        ours=f'extends = "base.toml"\n{waiver("a/c")}[symbols."m.B"]\n{entry}',
    )
    policy = load(str(tmp_path / "ours.toml"))
    assert [one.model for one in policy.section(Waivers).entries] == ["a/a", "a/b", "a/c"]
    assert set(policy.section(Symbols).entries) == {"m.A", "m.B"}
    document = resolved(str(tmp_path / "ours.toml"))
    assert document.place(("waive", 1, "model")) == f"{tmp_path / 'base.toml'}:9"
    assert document.place(("waive", 2, "model")) == f"{tmp_path / 'ours.toml'}:4"
    files(tmp_path, ours=f'extends = "base.toml"\n{waiver("a/c").replace("pickle-unsafe-call", "x")}')
    with pytest.raises(PolicyError, match=r"ours.toml:5: waive.rule does not take 'x'"):
        load(str(tmp_path / "ours.toml"))


def test_a_mistake_is_told_where_it_was_written(tmp_path: Path) -> None:
    files(tmp_path, base='[severity]\nlow = "den"', ours='extends = "base.toml"\n[severity]\nhigh = "deny"')
    with pytest.raises(PolicyError, match=r"base.toml:3: severity.low does not take 'den'"):
        load(str(tmp_path / "ours.toml"))
    files(tmp_path, base="[")
    with pytest.raises(PolicyError, match=r"ours.toml:2: extends: .*base.toml:3?2?:\d+: not TOML"):
        load(str(tmp_path / "ours.toml"))


def test_several_are_extended_side_by_side_in_any_order(tmp_path: Path) -> None:
    files(
        tmp_path,
        a='extends = "default"\n[severity]\nlow = "deny"\n' + waiver("a/a"),
        b='extends = "default"\n[coverage]\nerror = "deny"\n' + waiver("a/b"),
        c=waiver("a/c") + "[card]\nlineage = true",
    )
    made = set[tuple[object, ...]]()
    for order in itertools.permutations(["a.toml", "b.toml", "c.toml"]):
        files(tmp_path, ours=f"extends = {list(order)}")
        policy = load(str(tmp_path / "ours.toml"))
        made.add((policy.identity, policy.section(Severity), policy.section(Gaps), policy.section(Card).lineage))
    ((_, severity, gaps, lineage),) = made
    assert (severity, gaps, lineage) == (Severity(low=Level.DENY), Gaps(error=Level.DENY), True)


def test_a_base_that_both_have_counts_once(tmp_path: Path) -> None:
    files(tmp_path, base=waiver("a/a"), a='extends = "base.toml"', b='extends = "base.toml"\n' + waiver("a/b"))
    files(tmp_path, ours='extends = ["a.toml", "b.toml", "base.toml"]')
    assert [one.model for one in load(str(tmp_path / "ours.toml")).section(Waivers).entries] == ["a/a", "a/b"]


def policy_of(folder: Path, text: str) -> Policy:
    files(folder, ours=text)
    return load(str(folder / "ours.toml"))


def test_two_that_disagree_need_a_word(tmp_path: Path) -> None:
    files(tmp_path, a='[severity]\nlow = "deny"', b='[severity]\nlow = "allow"')
    with pytest.raises(PolicyError) as caught:
        policy_of(tmp_path, 'extends = ["a.toml", "b.toml"]')
    assert str(caught.value) == (
        f"{tmp_path}/ours.toml:2: {tmp_path}/a.toml and {tmp_path}/b.toml disagree about severity.low. "
        f"Set severity.low in {tmp_path}/ours.toml."
    )
    settled = policy_of(tmp_path, 'extends = ["a.toml", "b.toml"]\n[severity]\nlow = "note"')
    assert settled.section(Severity).low is Level.NOTE


@pytest.mark.parametrize(("first", "second"), [("a", "b"), ("b", "a")])
def test_who_builds_on_another_s_word_goes_before_it(tmp_path: Path, first: str, second: str) -> None:
    files(
        tmp_path,
        base='[severity]\nlow = "allow"\nhigh = "deny"',
        **{first: 'extends = "base.toml"\n[severity]\nlow = "deny"', second: 'extends = "base.toml"'},
    )
    assert policy_of(tmp_path, 'extends = ["a.toml", "b.toml"]').section(Severity).low is Level.DENY


def test_the_place_of_what_is_not_written_is_around_it() -> None:
    document = read(b"[a]\nb = 1", "p.toml")
    assert document.place(("a", "b")) == "p.toml:2"
    assert document.place(("a", "c")) == "p.toml:1"
    assert document.place(("x",)) == "p.toml"
    assert document.table(("a", "x")) == {}
