from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser

from tests.builders.verdicts import (
    COMMIT,
    PICKLE,
    WEIGHTS,
    denial,
    everything,
    finding,
    rejected,
    snapshot,
    undecided,
    verdict,
)
from verifier.records import (
    Artifact,
    Asserter,
    Claim,
    Comparison,
    Evidence,
    Fact,
    Outcome,
    Result,
    Snapshot,
    SourceKind,
    Standing,
    parameters,
)
from verifier.reports import Failure
from verifier.reports.html import render

CARD = Evidence("README.md", "x", "card/1")
FAILURE = Failure("org/gone", "not-found", "There is no org/gone.", "Check the name.")
VOID = {"meta", "br", "rect"}


def told(*facts: Fact, of: Snapshot | None = None, **records: Sequence[object]) -> str:
    """The page about a verdict with these records."""
    plain = verdict(of=of)
    given = {name: tuple(some) for name, some in records.items()}
    text = render([replace(plain, dossier=replace(plain.dossier, facts=facts, **given))])  # type: ignore[arg-type]
    Page(text)
    return text


def locked(kind: str, value: str, path: str = ".") -> Claim:
    """What models.lock says."""
    return Claim(kind, value, Asserter.LOCK, "models.lock", path, Standing.UNVERIFIED, Evidence(path, value, "pins/1"))


class Page(HTMLParser):
    """The elements of a page; fails where they are not nested."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.links += [name for name, _ in attrs if name in ("src", "href", "style") or name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def test_the_page_is_whole_loads_nothing_and_runs_nothing() -> None:
    page = Page(render([verdict(), rejected(), undecided(), everything()], failures=[FAILURE]))
    assert not {"script", "img", "link", "iframe", "a", "object", "form"} & set(page.seen)
    assert page.links == []
    assert page.seen.count("section") == 6
    text = render([verdict()])
    assert "default-src 'none'" in text
    assert "url(" not in text


def test_it_says_verdict_reason_place_and_waiver() -> None:
    text = render([everything()])
    assert '<span class="badge rejected">rejected</span>' in text
    assert "Loading the file would run a shell command." in text
    assert "pytorch_model.bin → archive/data.pkl, byte 77" in text
    assert "waived by W-7" in text
    assert '<span class="result contradicted">contradicted</span>: The bytes are not those the hub lists.' in text


def test_bars_show_what_was_read_what_is_numbers_and_what_was_not_seen() -> None:
    text = render([verdict()])
    assert 'aria-label="8.2 kB read, 90.9 MB data"' in text
    assert re.search(r'<rect class="data" x="0.01" width="99.99"', text)
    assert re.search(r'data" x="0.01" .*gap" x="0.00" width="0.50"', render([everything()]))
    plain = verdict()
    assert 'aria-label="nothing seen"' in render([replace(plain, dossier=replace(plain.dossier, coverage=()))])


def test_signers_are_named() -> None:
    signed = Claim(
        "signature", "x", "ana@example.org", "signature", ".", Standing.VERIFIED, Evidence("model.sig", "bundle", "s/1")
    )
    plain = verdict()
    text = render([replace(plain, dossier=replace(plain.dossier, claims=(signed,)))])
    assert "ana@example.org" in text
    assert "Nobody signed it." in render([plain])


def test_tensors_are_a_tree_of_their_names_or_counted() -> None:
    names = (("encoder.layers.#.up.weight", "F32", "8x4", 12), ("head", "BF16", "", 1))
    text = told(
        Fact("tensor-count", 13, Evidence(WEIGHTS, "13", "x/1")),
        Fact("parameter-count", 385, Evidence(WEIGHTS, "385", "x/1")),
        Fact("tensor-layout", names, Evidence(WEIGHTS, "names", "x/1")),
        Fact("tensor-count", 3, Evidence(PICKLE, "3", "x/1")),
        Fact("tensor-dtypes", (("complex64", 3),), Evidence(PICKLE, "dtypes", "x/1")),
        Fact("tensor-shapes", (("2x3", 2), ("", 1)), Evidence(PICKLE, "shapes", "x/1")),
        Fact("tensor-count", 1, Evidence("x.npy", "1", "x/1")),
    )
    assert "<summary>model.safetensors <small>13 tensors, 385 parameters</small></summary>" in text
    assert "<summary><code>encoder.layers.#.up</code> <small>12 tensors, 384 parameters</small></summary>" in text
    assert "<li><code>weight</code> F32 8 &times; 4 <small>12 times</small></li>" in text
    assert "<li><code>head</code> BF16 scalar</li>" in text
    assert "<li>complex64 <small>3 of them</small></li>\n<li>2 &times; 3 <small>2 of them</small></li>" in text
    assert "Their names and shapes are not told." in text


def test_many_tensors_and_deep_names_are_cut() -> None:
    names = tuple((".".join("a" * 90) + str(n), "F32", "1", 1) for n in range(1010))
    count = Fact("tensor-count", 1010, Evidence(WEIGHTS, "1010", "x/1"))
    text = told(count, Fact("tensor-layout", names, Evidence(WEIGHTS, "names", "x/1")))
    assert text.count("<li>") == 1000
    many = [Fact("tensor-count", 1, Evidence(f"{n}.npy", "1", "x/1")) for n in range(1010)]
    assert "<p>and 10 more files.</p>" in told(*many)


def test_pickles_are_told_by_what_they_import_and_do() -> None:
    event = replace(finding(), parameters=parameters(offset=77, stream="", symbol="posix.system", use="call(str)"))
    symbols = Fact("pickle-symbols", ("a.<b>", "posix.system"), Evidence(PICKLE, "2 symbols", "x/1"))
    text = told(symbols, findings=(event, finding("digest-mismatch")))
    summary = f"<summary>{PICKLE} <small>2 names imported, 1 not reviewed or misused</small></summary>"
    assert f"<details open>{summary}" in text
    assert '<td data-name="byte">77<br><small>archive/data.pkl</small></td>' in text
    assert '<td data-name="use"><code>call(str)</code></td>' in text
    assert "<li><code>a.&lt;b&gt;</code></li>" in text
    many = [Fact("pickle-symbols", ("a.b",) * 1010, Evidence(f"{n}.pkl", "x", "x/1")) for n in range(2)]
    assert told(*many).count("<p>and 10 more names.</p>") == 2


def test_what_changed_since_the_locked_commit() -> None:
    files = ((WEIGHTS, "11" * 32), ("gone.txt", "22" * 32), ("small", "33" * 32), (PICKLE, "cd" * 32))
    other = [locked("locked-commit", "b" * 40), *(locked("locked-file", value, path) for path, value in files)]
    plain = snapshot()
    here = replace(plain, artifacts=(*plain.artifacts, Artifact("small", 1), Artifact("tail", 1)))
    text = told(claims=other, of=here)
    rows = re.findall(r'<td data-name="file"><code>(.*)</code></td><td data-name="change">(.*)</td>', text)
    assert dict(rows) == {
        "gone.txt": "removed",
        WEIGHTS: "changed",
        "small": "not hashed here, and the hub tells no SHA-256",
        "tail": "added",
    }
    fact = Fact("digest", ("sha256", "33" * 32), Evidence("small", "33", "x/1"))
    assert "No file differs." in told(
        fact, claims=[other[0], other[3]], of=replace(here, artifacts=here.artifacts[2:3])
    )
    assert "It is at the locked commit" in told(claims=[locked("locked-commit", COMMIT)])
    assert "This run writes models.lock." in told(claims=[locked("lock", "written")])
    assert "Since it was locked" not in told()


def test_digests_that_are_as_claimed_are_counted() -> None:
    claims = [
        Claim("digest", ("sha256", "a"), "hub", "hub-api", p, Standing.UNVERIFIED, CARD) for p in (WEIGHTS, PICKLE)
    ]
    compared = [Comparison("digest", claim, (), Result.CONSISTENT, "as claimed") for claim in claims]
    text = told(claims=claims, comparisons=compared)
    assert '<td data-name="says">of 2 files</td><td data-name="who">hub, hub-api</td>' in text
    apart = told(claims=claims, comparisons=[compared[0], replace(compared[1], result=Result.CONTRADICTED)])
    assert f"sha256, a<br><small>{PICKLE}</small>" in apart
    assert "of 1 file<" in apart


def test_markup_from_a_model_stays_text() -> None:
    hostile = "<script>alert(1)</script>\"'&\x1b\udcff"
    shown = [
        verdict(of=snapshot(hostile, kind=SourceKind.FOLDER)),
        verdict(Outcome.REJECTED, (denial(finding(rule=hostile)),)),
    ]
    text = render(shown, failures=[Failure(hostile, "x", hostile, hostile)])
    assert "script" not in Page(text).seen
    assert "\x1b" not in text


def test_long_tables_are_cut() -> None:
    many = replace(rejected(), decisions=tuple(denial(finding(offset=n)) for n in range(1010)))
    assert "<p>and 10 more.</p>" in render([many])
