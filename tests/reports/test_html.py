from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from tests.builders.verdicts import denial, everything, finding, rejected, snapshot, undecided, verdict
from verifier.records import Claim, Evidence, Outcome, SourceKind, Standing
from verifier.reports import Failure
from verifier.reports.html import render

FAILURE = Failure("org/gone", "not-found", "There is no org/gone.", "Check the name.")
VOID = {"meta", "br", "rect"}


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
    assert '<span class="result contradicted">contradicted</span> The bytes are not those the hub lists.' in text


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
