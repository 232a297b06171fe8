"""Model cards: what is declared, what is malformed, what is not there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.dossiers import artifact, opener, snapshot
from verifier.claims import Yield, card
from verifier.errors import Malformed, SourceError
from verifier.records import Claim, Coverage, CoverageState, Edge, EdgeKind, Finding, Reader, Standing

CARD = b"""\
---
license: apache-2.0
language: [en, no]
tags:
- sentence-similarity
- feature-extraction
base_model: "google/bert_uncased"
library_name: sentence-transformers
model-index:
- name: x
  results: &r [{task: {type: STS}}, [1, 2]]
- *r
---
# A model
---
license: mit
---
"""


def collect(content: bytes) -> list[Yield]:
    files = snapshot(artifact("README.md", len(content), "text"))
    return list(card.collect(files, opener(README__md=content)))


def declared(content: bytes) -> dict[str, object]:
    return {record.kind: record.value for record in collect(content) if isinstance(record, Claim)}


def complaints(content: bytes) -> list[str]:
    return [record.message for record in collect(content) if isinstance(record, Finding)]


def test_what_a_card_declares() -> None:
    assert declared(CARD) == {
        "license": "apache-2.0",
        "language": ("en", "no"),
        "tags": ("sentence-similarity", "feature-extraction"),
        "base-model": "google/bert_uncased",
        "library-name": "sentence-transformers",
    }
    assert complaints(CARD) == []


def test_a_claim_says_where_it_stands() -> None:
    content = "---\r\ntitle: Müßig\r\nlicense: mit\r\n---\r\n".encode()
    (claim,) = collect(content)
    assert isinstance(claim, Claim)
    assert (claim.who, claim.channel, claim.subject, claim.standing) == (
        "publisher",
        "model-card",
        ".",
        Standing.UNVERIFIED,
    )
    place = claim.evidence
    assert (place.artifact, place.pointer, place.what) == ("README.md", "/license", "license: mit")
    assert place.offset is not None
    assert content[place.offset :].startswith(b"license: mit")


@pytest.mark.parametrize(
    ("value", "targets"),
    [
        (b"org/base", ["org/base"]),
        (b"gpt2", ["gpt2"]),
        (b"[org/one, org/two]", ["org/one", "org/two"]),
        (b"https://example.org/model", []),
        (b"", []),
    ],
)
def test_a_base_model_is_an_edge(value: bytes, targets: list[str]) -> None:
    edges = [record for record in collect(b"---\nbase_model: " + value + b"\n---\n") if isinstance(record, Edge)]
    assert [(edge.kind, edge.target, edge.revision) for edge in edges] == [
        (EdgeKind.DERIVED_FROM, target, None) for target in targets
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"# A model",
        b"---\n---\n",
        b"---\nnull\n---\n",
        b"---\nlicense: mit\n",
        b"text\n---\nlicense: mit\n---\n",
        b"---\nlicense:\n---\n",
        b"---\nlicense: ~\n---\n",
        b"---\nlicense: unknown\n---\n",
        b"---\nother: mit\n---\n",
    ],
)
def test_a_license_that_is_not_declared_is_a_claim_that_is_absent(content: bytes) -> None:
    (claim,) = collect(content)
    assert isinstance(claim, Claim)
    assert (claim.kind, claim.value, claim.standing) == ("license", None, Standing.ABSENT)


def test_a_repository_without_a_card_declares_nothing() -> None:
    (claim,) = card.collect(snapshot(artifact()), opener())
    assert isinstance(claim, Claim)
    assert claim.standing is Standing.ABSENT


def test_blank_lines_may_stand_above_front_matter() -> None:
    assert declared(b"\n \n---\nlicense: mit\n---\n") == {"license": "mit"}


@pytest.mark.parametrize(
    ("matter", "complaint"),
    [
        (b"license: [mit", "The model card's front matter is malformed: line 3: did not find expected ',' or ']'."),
        (b"- license", "The model card's front matter is malformed: it is not a table of keys and values."),
        (b"[a]: 1", "The model card's front matter is malformed: line 2: a key is not text."),
        (b"a: \xff", "The model card's front matter is malformed: byte 7 is not UTF-8."),
        (b"a: \x01", "The model card's front matter is malformed: control characters are not allowed."),
        (b"license: mit\nlicense: other", "The model card declares license twice, in lines 2 and 3."),
        (b"license: {a: b}", "The model card's license (line 2) is neither a text nor a list of texts."),
        (b"license: [[a]]", "The model card's license (line 2) is neither a text nor a list of texts."),
        (b"a: &a mit\nlicense: *a", "The model card's license (line 3) is neither a text nor a list of texts."),
        (b"license: [*a]", "The model card's license (line 2) is neither a text nor a list of texts."),
        (b"license: " + b"x" * 1001, "The model card's license (line 2) is neither a text nor a list of texts."),
        (b"tags: [" + b"x," * 1001 + b"]", "The model card's tags (line 2) is neither a text nor a list of texts."),
    ],
)
def test_malformed_front_matter_is_a_finding(matter: bytes, complaint: str) -> None:
    assert complaints(b"---\n" + matter + b"\n---\n") == [complaint]


def test_bombs_of_aliases_and_nesting_cost_nothing() -> None:
    bomb = b"a0: &a0 [x]\n" + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 60))
    assert declared(b"---\n" + bomb + b"license: mit\n---\n") == {"license": "mit"}
    assert complaints(b"---\na: " + b"[" * 100_000 + b"\n---\n")


def test_a_card_that_cannot_be_fetched_is_a_gap_and_not_an_absent_license() -> None:
    (gap,) = card.collect(snapshot(artifact("README.md")), opener())
    assert isinstance(gap, Coverage)
    assert gap.state is CoverageState.NOT_FETCHED


def test_values_are_safe_to_show() -> None:
    assert declared(b'---\nlicense: "a\\nb"\n---\n') == {"license": "a\\nb"}


@given(st.binary(max_size=200) | st.text(alphabet="-:[]{}&*!|>'\"# \nabclicense~?,", max_size=80).map(str.encode))
def test_collection_is_total_and_always_speaks_of_the_license(matter: bytes) -> None:
    records = collect(b"---\nlicense: mit\n" + matter + b"\n---\n")
    assert any(isinstance(record, Claim) and record.kind == "license" for record in records)
    assert {record.rule for record in records if isinstance(record, Finding)} <= set(card.RULES)


def test_a_reader_that_fails_midway_ends_in_an_error_nobody_hides() -> None:
    class Failing:
        size = 10

        def read_at(self, offset: int, length: int) -> bytes:
            raise SourceError("the connection broke")

    def open_file(path: str) -> Reader:
        return Failing()

    records: Iterator[Yield] = card.collect(snapshot(artifact("README.md")), open_file)
    (gap,) = records
    assert isinstance(gap, Coverage)
    assert "the connection broke" in gap.reason


def test_yaml_errors_are_malformed() -> None:
    from verifier.claims._yaml import entries

    with pytest.raises(Malformed):
        list(entries("a: b: c"))
