"""What a card must say, and the licenses of what a model derives from."""

from __future__ import annotations

import pytest

from tests.builders.dossiers import claim, clean, decide, written
from verifier.records import Claim, Comparison, Edge, EdgeKind, Evidence, Fact, Level, Result

PLACE = Evidence("README.md", "base_model", "card/1")
LISTED = 'licenses = ["MIT", "apache-2.0"]'


def judged(card: str, *claims: Claim, bases: tuple[str, ...] = ()) -> list[tuple[Level, str]]:
    edges = tuple(Edge(EdgeKind.DERIVED_FROM, base, None, PLACE) for base in bases)
    verdict = decide(clean(claims=claims, edges=edges), written(f"[card]\n{card}"))
    return [(decision.level, decision.reason) for decision in verdict.decisions]


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([claim("license", "mit")], [(Level.ALLOW, "org/name is under mit (declared, not tested)")]),
        ([claim("license", "gpl-3.0")], [(Level.DENY, "org/name is under gpl-3.0, which the policy does not list")]),
        ([], [(Level.UNDECIDED, "no license of org/name is declared")]),
        (
            [claim("license", ("mit", "gpl-3.0"))],
            [
                (Level.DENY, "org/name is under gpl-3.0, which the policy does not list"),
                (Level.ALLOW, "org/name is under mit (declared, not tested)"),
            ],
        ),
        (
            [claim("license", "other"), claim("license-name", "ours")],
            [(Level.DENY, "org/name is under ours, which the policy does not list")],
        ),
        (
            [claim("license", "mit"), claim("license-name", "ours")],
            [(Level.ALLOW, "org/name is under mit (declared, not tested)")],
        ),
        ([claim("license", "other")], [(Level.DENY, "org/name is under other, which the policy does not list")]),
    ],
)
def test_licenses(claims: list[Claim], expected: list[tuple[Level, str]]) -> None:
    assert judged(LISTED, *claims) == expected


def test_names_of_licenses() -> None:
    named = claim("license", "other"), claim("license-name", "ours")
    assert [level for level, _ in judged('license-names = ["ours"]', *named)] == [Level.ALLOW]
    assert [level for level, _ in judged('license-names = ["ours"]', claim("license", "mit"))] == [Level.DENY]


def test_what_is_declared_is_told_as_declared() -> None:
    assert judged('require = ["license"]', claim("license", "mit")) == [
        (Level.ALLOW, "the model card declares license (declared, not tested)")
    ]


@pytest.mark.parametrize(
    ("base", "own", "level"),
    [
        ("apache-2.0", "mit", None),
        ("llama3.1", "llama3.1", None),
        ("llama3.1", "mit", Level.DENY),
        ("cc-by-nc-4.0", "cc-by-nc-sa-4.0", None),
        ("cc-by-nd-4.0", "cc-by-nd-4.0", Level.DENY),
    ],
)
def test_terms_are_passed_on(base: str, own: str, level: Level | None) -> None:
    claims = claim("license", own), claim("license", base, subject="org/base")
    made = judged("lineage = true", *claims, bases=("org/base",))
    assert [found for found, _ in made] == ([] if level is None else [level])


def test_base_models_need_a_license_on_the_list() -> None:
    lineage = f"{LISTED}\nlineage = true"
    own = claim("license", "mit")
    assert judged(lineage, own, claim("license", "mit", subject="org/base"), bases=("org/base",)) == [
        (Level.ALLOW, "org/name is under mit (declared, not tested)"),
        (Level.ALLOW, "org/base is under mit (declared, not tested)"),
    ]
    made = judged(lineage, own, claim("license", "gemma", subject="org/base"), bases=("org/base",))
    assert [reason for level, reason in made if level is Level.DENY] == [
        "org/base is under gemma, whose terms a model under mit does not pass on",
        "org/base is under gemma, which the policy does not list",
    ]


def test_a_base_whose_license_nobody_knows_is_open() -> None:
    own = claim("license", "mit")
    assert judged("lineage = true", own, bases=("org/base",)) == [
        (Level.UNDECIDED, "no license of org/base is declared")
    ]
    base = claim("license", "gemma", subject="org/base")
    assert judged("lineage = true", base, bases=("org/base",)) == [
        (Level.UNDECIDED, "no license of org/name is declared, and it derives from org/base")
    ]
    named = claim("base-model", ("org/base", "our checkpoint"))
    base = claim("license", "mit", subject="org/base")
    assert judged('lineage = true\nmissing = "deny"', own, named, base, bases=("org/base",)) == [
        (Level.DENY, "the base model 'our checkpoint' is no model of the hub, and its license is not known")
    ]


def test_statements_may_be_demanded_too() -> None:
    said = claim("parameters", "22.7M")
    assert [level for level, _ in judged('require = ["parameters"]', said)] == [Level.ALLOW]
    assert [level for level, _ in judged('require = ["parameters"]')] == [Level.UNDECIDED]


@pytest.mark.parametrize(
    ("result", "off", "tolerance", "found"),
    [
        (Result.INCONCLUSIVE, 20, "", []),
        (Result.INCONCLUSIVE, 20, "tolerance = 10", ["card.contradicted"]),
        (Result.CONTRADICTED, 40, "tolerance = 50", []),
        (Result.CONTRADICTED, 40, "", ["card.contradicted"]),
        (Result.CONTRADICTED, None, "tolerance = 50", ["card.contradicted"]),
        (Result.CONSISTENT, 2, "tolerance = 0", []),
    ],
)
def test_numbers_of_parameters_may_be_off(result: Result, off: int | None, tolerance: str, found: list[str]) -> None:
    facts = () if off is None else (Fact("parameters-off", off, PLACE),)
    held = Comparison("parameters", claim("parameters", "22M"), facts, result, "it is off")
    verdict = decide(clean(comparisons=(held,)), written(f"[card]\n{tolerance}"))
    assert [decision.clause for decision in verdict.decisions] == found
