"""What a policy can say is told whole."""

from __future__ import annotations

from verifier.policy import reference
from verifier.policy._policy import defaults


def test_every_section_and_key_is_listed() -> None:
    lines = reference.told().splitlines()
    for section, keys in defaults().items():
        assert any(line.startswith((f"[{section}]", f"[[{section}]]", f"[{section}.NAME]")) for line in lines)
        for key in keys or ():
            assert any(line.startswith(f"  {key} ") for line in lines)


def test_what_a_key_takes_stands_behind_it() -> None:
    told = reference.told()
    assert (
        "  missing        a required field, or a license to judge, that is absent  [deny | undecided; default" in told
    )
    assert "[1 to 4; default 2]" in told
    assert "its last day, at most a year ahead  [date]" in told
    assert "  <name>         deny | undecided | note | allow" in told
    assert "  forbidden " in told
