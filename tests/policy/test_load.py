"""Reading policies: the shipped ones, people's own, and slips of the pen."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier import formats
from verifier.errors import PolicyError
from verifier.policy import load, parse, presets
from verifier.policy._document import MAX_BYTES
from verifier.policy._later import LATER
from verifier.policy.sections.card import Card
from verifier.policy.sections.coverage import Gaps
from verifier.policy.sections.formats import Formats
from verifier.policy.sections.severity import Severity
from verifier.policy.sections.sources import Sources
from verifier.records import Level

ROOT = Path(__file__).resolve().parents[2]


def test_the_shipped_policies() -> None:
    assert presets() == ("airgapped", "default", "finetune", "permissive", "research", "strict")


@pytest.mark.parametrize("name", presets())
def test_a_shipped_policy_says_what_it_is_and_explains_every_line(name: str) -> None:
    policy = load(name)
    assert policy.name == name
    assert policy.description
    for line in (ROOT / "policies" / f"{name}.toml").read_text(encoding="utf-8").splitlines():
        key = line.split(" = ")[0]
        if line and key not in ("version", "name", "description"):
            assert "#" in line, f"{name}.toml: nothing explains {line!r}"


def test_the_default_policy_is_the_defaults_written_out() -> None:
    assert load("default").sections == parse(b"version = 1", "bare.toml").sections


def test_what_the_shipped_policies_stand_for() -> None:
    default, strict, permissive = load("default"), load("strict"), load("permissive")
    assert default.section(Gaps) == Gaps()
    assert strict.section(Severity).medium is Level.DENY
    assert strict.section(Formats).allow
    assert strict.section(Sources).pinned
    assert strict.section(Card).require == ("license",)
    assert load("finetune").section(Formats) == strict.section(Formats)
    assert load("finetune").section(Card).lineage
    assert load("airgapped").section(Gaps).undecided is Level.DENY
    assert load("airgapped").section(Sources).kinds == ("cache", "file", "folder")
    assert load("research").section(Severity) == default.section(Severity)
    assert permissive.section(Severity) == Severity(Level.DENY, *[Level.NOTE] * 4)
    assert permissive.section(Gaps).limit_hit is Level.NOTE


def test_strict_allows_only_formats_there_are() -> None:
    known = {module.FORMAT.id for module in formats.modules()}
    assert set(load("strict").section(Formats).allow) <= known


def test_the_identity_follows_the_content() -> None:
    assert load("default").identity == load("default").identity
    assert load("default").identity.digest != load("strict").identity.digest


def test_a_file_of_one_s_own(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text('version = 1\n[severity]\nlow = "deny"\n', encoding="utf-8")
    policy = load(str(path))
    assert policy.name == "ours"
    assert policy.section(Severity).low is Level.DENY


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("defalt", "There is no policy named 'defalt'. Did you mean 'default'?"),
        (
            "zzz",
            "There is no policy named 'zzz'. It takes: airgapped, default, finetune, permissive, research, strict.",
        ),
        ("missing.toml", "The policy missing.toml cannot be read: No such file or directory. Check the path."),
    ],
)
def test_a_policy_that_is_not_there(name: str, message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load(name)
    assert str(caught.value) == message


def test_what_is_no_file_is_no_policy(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(PolicyError, match=r"pipe\.toml is not a file"):
        load(str(tmp_path / "pipe.toml"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = 3", "p.toml:2: name takes a string, not 3."),
        ("severity = 3", "p.toml:2: severity takes a table, written [severity]."),
        ("[severty]", "p.toml:2: severty is not known here. Did you mean 'severity'?"),
        ("[severity]\nhih = 'deny'", "p.toml:3: severity.hih is not known here. Did you mean 'high'?"),
        ("[severity]\nhigh = 'deni'", "p.toml:3: severity.high does not take 'deni'. Did you mean 'deny'?"),
        (
            "[severity]\nhigh = 'x'",
            "p.toml:3: severity.high does not take 'x'. It takes: allow, deny, note, undecided.",
        ),
        ("[severity]\nhigh = 1", "p.toml:3: severity.high takes a string, not 1."),
        (
            "[rules]\ndigest-mismach = 'deny'",
            "p.toml:3: rules.digest-mismach is not known here. Did you mean 'digest-mismatch'?",
        ),
        ("[coverage]\ninspected = 'deny'", "p.toml:3: coverage.inspected is not known here."),
        ("[formats]\ndeny = 'pickle'", "p.toml:3: formats.deny takes a list of strings, not 'pickle'."),
        ("[formats]\ndeny = [1]", "p.toml:3: formats.deny takes a list of strings, not [1]."),
        ("[formats]\ndeny = ['pickel']", "p.toml:3: formats.deny does not take 'pickel'. Did you mean 'pickle'?"),
        (
            "[formats]\ndeny = ['json']\nallow = ['json']",
            "p.toml:3: formats.deny names 'json', which formats.allow allows. Keep one of the two.",
        ),
        ("[sources]\npinned = 'yes'", "p.toml:3: sources.pinned takes true or false, not 'yes'."),
        ("[sources]\nkinds = ['hubs']", "p.toml:3: sources.kinds does not take 'hubs'. Did you mean 'hub'?"),
        ("[integrity]\nmismatch = 'note'", "p.toml:3: integrity.mismatch does not take 'note'. It takes: deny."),
        ("[card]\nmissing = 'note'", "p.toml:3: card.missing does not take 'note'. It takes: deny, undecided."),
        ("[card]\nrequire = ['licence']", "p.toml:3: card.require does not take 'licence'. Did you mean 'license'?"),
        ("[card", "p.toml: not TOML: Expected ']' at the end of a table declaration (at end of document)."),
        ("a = " + "[" * 5000, "p.toml: not TOML: "),
        ("a = " + "9" * 5000, "p.toml: not TOML: "),
    ],
)
def test_a_slip_of_the_pen_names_file_key_and_remedy(text: str, message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse(f"version = 1\n{text}".encode(), "p.toml", formats=("json", "pickle"))
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "p.toml: version must be 1. Write version = 1 at the top of the file."),
        (b"version = 2\n[news]", "p.toml:1: version must be 1. Write version = 1 at the top of the file."),
        (b"version = true", "p.toml:1: version takes an integer, not True."),
    ],
)
def test_a_policy_says_which_version_it_is_written_for(text: bytes, message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse(text, "p.toml")
    assert str(caught.value) == message


@pytest.mark.parametrize(("table", "key"), [(table, key) for table, keys in LATER.items() for key in sorted(keys)])
def test_what_nothing_enforces_yet_is_refused(table: str, key: str) -> None:
    text = f"[{table}]\n{key} = 1" if table else f"[{key}]"
    with pytest.raises(PolicyError, match=f"{key} is not supported by this version. Remove it"):
        parse(f"version = 1\n{text}\n".encode(), "p.toml")


def test_a_file_too_large_to_be_a_policy() -> None:
    with pytest.raises(PolicyError, match=r"larger than \d+ bytes"):
        parse(b"#" * (MAX_BYTES + 1), "p.toml")


@given(st.binary(max_size=200) | st.text(alphabet="[]{}=\".,'#\n abc1", max_size=60).map(str.encode))
def test_reading_is_total(content: bytes) -> None:
    with contextlib.suppress(PolicyError):
        assert parse(b"version = 1\n" + content, "p.toml").sections
