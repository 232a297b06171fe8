from __future__ import annotations

import pytest

from tests.builders.dossiers import clean, decide, written
from verifier.errors import PolicyError
from verifier.records import Evidence, Fact, Finding, Level, parameters

ENTRY = '[symbols."mylib.Net"]\nuses = ["new()", "build(dict)"]\nreason = "read in 1.2"\nowner = "ana"'


def found(symbol: str = "mylib.Net", use: str = "new()", rule: str = "pickle-unknown-symbol") -> Finding:
    where = Evidence("model.pkl", symbol, "pickle/1", 2)
    return Finding(rule, (where,), f"{symbol} is called", parameters(symbol=symbol, use=use))


def test_a_symbol_reviewed_here_is_a_note_in_the_uses_reviewed() -> None:
    (decision,) = decide(clean(findings=(found(),)), written(ENTRY)).decisions
    assert (decision.clause, decision.level) == ("symbols.mylib.Net", Level.NOTE)
    intent = found(rule="pickle-unknown-symbol-with-intent")
    assert decide(clean(findings=(intent,)), written(ENTRY)).decisions[0].level is Level.NOTE


@pytest.mark.parametrize(
    ("other", "level"),
    [
        (found("mylib.Other"), Level.UNDECIDED),
        (found(use="call(str)"), Level.UNDECIDED),
        (found(rule="pickle-dangerous-symbol"), Level.DENY),
        (found(rule="pickle-unsafe-call"), Level.DENY),
    ],
)
def test_nothing_else_is_answered_by_a_review(other: Finding, level: Level) -> None:
    assert decide(clean(findings=(other,)), written(ENTRY)).decisions[0].level is level


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ('[symbols]\n"a.b" = 1', "takes a table"),
        ('[symbols."a.b"]\nreason = "x"\nowner = "y"', "symbols.a.b.uses is missing"),
        ('[symbols."a.b"]\nuses = ["new()"]\nowner = "y"', "symbols.a.b.reason is missing"),
        ('[symbols."a.b"]\nuses = ["new()"]\nreason = "x"', "symbols.a.b.owner is missing"),
        ('[symbols."a.b"]\nuses = ["new()"]\nreason = "x"\nowner = "y"\nuntil = 1', "until is not known here"),
    ],
)
def test_an_entry_gives_uses_a_reason_and_an_owner(entry: str, complaint: str) -> None:
    with pytest.raises(PolicyError, match=complaint):
        written(entry)


def test_a_forbidden_symbol_is_refused_wherever_it_is_named() -> None:
    entry = 'forbidden = true\nreason = "we ship no pandas"\nowner = "ana"'
    policy = written(f'[symbols."pandas.*"]\n{entry}')
    place = Evidence("model.safetensors", "2 symbols", "pipeline/1")
    facts = (
        Fact("pickle-symbols", ("numpy.dtype", "pandas.DataFrame"), place),
        Fact("skops-types", ("pandas.Series",), place),
        Fact("architecture", "pandas.DataFrame", place),
        Fact("pickle-symbols", "pandas.DataFrame", place),
    )
    assert [(one.level, one.clause, one.reason) for one in decide(clean(facts=facts), policy).decisions] == [
        (
            Level.DENY,
            "symbols.pandas.*",
            f"model.safetensors: it names {name}, which is forbidden here: we ship no pandas",
        )
        for name in ("pandas.DataFrame", "pandas.Series")
    ]
    assert decide(clean(facts=facts[2:]), policy).decisions == ()
    with pytest.raises(PolicyError, match="forbidden takes true"):
        written(f'[symbols."pandas.*"]\n{entry.replace("true", "false")}')
