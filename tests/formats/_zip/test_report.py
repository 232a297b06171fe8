"""Lies become findings: one a rule, with places and counts."""

from __future__ import annotations

import pytest

from tests.builders.zips import Part, Zip, build
from verifier.formats._readers import BytesReader
from verifier.formats._zip import RULES
from verifier.formats._zip.archive import Archive
from verifier.formats._zip.lies import Lie, LieKind
from verifier.formats._zip.report import RULE_OF, findings
from verifier.records import Artifact

ARTIFACT = Artifact("a.zip", 100)
ENTRY = Archive(BytesReader(build(Zip([Part(b"evil\x1b[31m", b"x")])))).entries[0]
HOW = "zip/1"


def test_every_kind_has_a_rule_but_those_that_are_legal() -> None:
    assert {*LieKind} - {*RULE_OF} == {LieKind.CASE, LieKind.BACKSLASH}
    assert {*RULE_OF.values()} == {*RULES}


@pytest.mark.parametrize("kind", [LieKind.CASE, LieKind.BACKSLASH])
def test_what_is_legal_is_not_reported(kind: LieKind) -> None:
    assert list(findings(ARTIFACT, [Lie(kind, ENTRY, 3, "something")], HOW)) == []


def test_no_lies_are_no_findings() -> None:
    assert list(findings(ARTIFACT, [], HOW)) == []


def test_a_finding_names_the_member_and_the_place() -> None:
    (finding,) = findings(ARTIFACT, [Lie(LieKind.NAME, ENTRY, 7, "its name is odd", 3)], HOW)
    assert finding.rule == "zip-unsafe-member"
    assert finding.message == "Member evil\\x1b[31m: its name is odd."
    place = finding.evidence[0]
    assert (place.artifact, place.how, place.offset, place.length) == ("a.zip", HOW, 7, 3)
    assert dict(finding.parameters) == {"count": 1, "kinds": ("name",)}


def test_a_lie_about_the_archive_names_no_member() -> None:
    (finding,) = findings(ARTIFACT, [Lie(LieKind.TRAILING, None, 9, "the archive ends at 9")], HOW)
    assert finding.message == "the archive ends at 9."
    assert finding.evidence[0].length is None


def test_lies_of_a_rule_are_one_finding() -> None:
    lies = [Lie(LieKind.DUPLICATE, ENTRY, i, "it is there twice") for i in range(30)]
    lies += [Lie(LieKind.GAP, None, 5, "a gap", 2), Lie(LieKind.COUNT, None, 6, "another count")]
    ambiguous, hidden = findings(ARTIFACT, lies, HOW)
    assert (ambiguous.rule, hidden.rule) == ("zip-ambiguous-directory", "zip-hidden-data")
    assert len(ambiguous.evidence) == 20
    assert ambiguous.message.endswith("(and 30 more).")
    assert dict(ambiguous.parameters) == {"count": 31, "kinds": ("count", "duplicate")}
