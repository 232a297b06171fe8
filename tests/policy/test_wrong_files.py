"""Files that are wrong: each gives one clear line with file, line and remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from verifier.errors import PolicyError
from verifier.policy import load, parse

TODAY = date(2026, 6, 1)

WAIVER = '[[waive]]\nrule = "card.licenses"\nmodel = "a/b"\nreason = "r"\nowner = "o"\n'

WRONG = {
    "key: a slip": ("[formats]\nalow = []", "ours.toml:3: formats.alow is not known here. Did you mean 'allow'?"),
    "section: a slip": ("[fromats]", "ours.toml:2: fromats is not known here. Did you mean 'formats'?"),
    "section of a later version": (
        "[attestations]",
        "ours.toml:2: attestations is not supported by this version. Remove it, or use a version that enforces it.",
    ),
    "level: a slip": (
        '[rules]\n\npickle-unsafe-call = "denny"',
        "ours.toml:4: rules.pickle-unsafe-call does not take 'denny'. Did you mean 'deny'?",
    ),
    "rule: a slip": (
        '[rules]\n"pickle-unsave-call" = "deny"',
        "ours.toml:3: rules.pickle-unsave-call is not known here. Did you mean 'pickle-unsafe-call'?",
    ),
    "type: text for a list": (
        '[sources]\norganizations = "our-org"',
        "ours.toml:3: sources.organizations takes a list of strings, not 'our-org'.",
    ),
    "type: number for a flag": ("[sources]\npinned = 1", "ours.toml:3: sources.pinned takes true or false, not 1."),
    "number out of range": ("[sources]\ndistance = 9", "ours.toml:3: sources.distance takes 1 to 4, not 9."),
    "license: a slip": (
        '[card]\nlicenses = [\n  "Apache 2.0",\n]',
        "ours.toml:3: card.licenses does not take 'Apache 2.0'. Did you mean 'Apache-2.0'?",
    ),
    "section: a table written once": (
        "[waive]\nrule = 'x'",
        "ours.toml:2: waive takes tables, each written [[waive]].",
    ),
    "section: text": ('formats = "json"', "ours.toml:2: formats takes a table, written [formats]."),
    "waiver without an end": (
        WAIVER,
        "ours.toml:2: waive.expires is missing. An entry gives rule, reason, owner, expires.",
    ),
    "waiver: no date": (
        f"{WAIVER}expires = 2026-13-01",
        (
            "ours.toml:7:15: not TOML: Expected newline or end of document after a statement. "
            "A date is written as 2027-06-30, and is a day there is."
        ),
    ),
    "waiver: a date in quotes": (
        f'{WAIVER}expires = "2026-09-01"',
        "ours.toml:7: waive.expires takes a date, not '2026-09-01'. Write it without quotes, as 2027-06-30.",
    ),
    "waiver: more than a year": (
        f"{WAIVER}expires = 2027-12-31",
        "ours.toml:7: waive.expires is more than a year away. Write 2027-06-02 or a day before it.",
    ),
    "waiver: unknown rule": (
        WAIVER.replace("card.licenses", "card.licences") + "expires = 2026-09-01",
        "ours.toml:3: waive.rule does not take 'card.licences'. Did you mean 'card.licenses'?",
    ),
    "waiver: of what no policy weakens": (
        WAIVER.replace("card.licenses", "digest-mismatch") + "expires = 2026-09-01",
        "ours.toml:3: waive.rule cannot be 'digest-mismatch', which no policy can weaken. Remove the waiver.",
    ),
    "waiver: of everything": (
        WAIVER.replace('model = "a/b"\n', "") + "expires = 2026-09-01",
        "ours.toml:2: waive.model is missing. A waiver names a model or a digest.",
    ),
    "waiver: half a digest": (
        f'{WAIVER}expires = 2026-09-01\ndigest = "abc"',
        "ours.toml:8: waive.digest takes 64 lower-case hexadecimal digits, not 'abc'.",
    ),
    "extends: no such policy": (
        'extends = "stict"',
        "ours.toml:2: extends: There is no policy named 'stict'. Did you mean 'strict'?",
    ),
    "extends: no such file": (
        'extends = "gone.toml"',
        "ours.toml:2: extends: The policy gone.toml cannot be read: No such file or directory. Check the path.",
    ),
    "extends: a number": ("extends = 3", "ours.toml:2: extends takes the name or path of a policy, or a list of them."),
    "formats allowed and denied": (
        '[formats]\nallow = ["json"]\ndeny = ["json"]',
        "ours.toml:4: formats.deny names 'json', which formats.allow allows. Keep one of the two.",
    ),
    "code from somewhere, but from anywhere": (
        '[code]\nremote = "note"\nremote-from = ["a/*"]',
        'ours.toml:3: code.remote is not deny, so that remote-from means nothing. Write remote = "deny".',
    ),
    "expression: a slip": (
        '[[rule]]\nid = "a"\nmessage = "m"\nassert = "model.organisation == \'x\'"',
        (
            "ours.toml:5: rule.assert is wrong: column 6: undefined field 'organisation' not found in struct 'Model'. "
            "`verify policy facts` lists what expressions can name."
        ),
    ),
    "expression: a type": (
        '[[rule]]\nid = "a"\nmessage = "m"\nassert = "size(files)"',
        (
            "ours.toml:5: rule.assert is wrong: it gives int, not true or false. "
            "`verify policy facts` lists what expressions can name."
        ),
    ),
    "version of tomorrow": ("", "ours.toml:1: version must be 1. Write version = 1 at the top of the file."),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_gives_one_clear_line(name: str) -> None:
    text, message = WRONG[name]
    version = 2 if name == "version of tomorrow" else 1
    with pytest.raises(PolicyError) as caught:
        parse(f"version = {version}\n{text}".encode(), "ours.toml", today=TODAY)
    assert str(caught.value) == message
    assert "\n" not in message


def test_policies_that_extend_each_other_are_told_as_a_chain(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "c"), ("c", "b")):
        (tmp_path / f"{name}.toml").write_text(f'version = 1\nextends = ["default", "{other}.toml"]\n')
    with pytest.raises(PolicyError) as caught:
        load(str(tmp_path / "a.toml"))
    assert str(caught.value) == (
        f"{tmp_path / 'c.toml'}:2: policies extend each other: b.toml -> c.toml -> b.toml. Remove one of the links."
    )
