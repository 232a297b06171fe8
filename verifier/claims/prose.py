"""What the model card says in words and numbers of the model: `README.md` below its front matter, outside of code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.claims import OpenFile
from verifier.data import prose
from verifier.errors import SourceError
from verifier.records import Claim, Coverage, CoverageState, Evidence, Snapshot, Standing

RULES: tuple[str, ...] = ()

HOW = "prose/1"

PATH = "README.md"

CHANNEL = "card-prose"

MAX_BYTES = 1 << 20
"""Bytes of a card that are read; the longest genuine ones, with tables of benchmarks, have some hundred KiB."""

MOST = 20
"""Statements of one kind; a card that makes more speaks of other models too."""

LONGEST = 300
"""Characters a statement may lie in: lines are cut there, so that no pattern can be led far."""

_CODE = re.compile(rb"^(```|~~~).*?(^\1|\Z)", re.DOTALL | re.MULTILINE)
_MATTER = re.compile(rb"\A\s*---\s*\n.*?\n---\s*\n", re.DOTALL)
_PIECE = re.compile(rf"[^\n]{{1,{LONGEST}}}")


def collect(snapshot: Snapshot, open_file: OpenFile, _trust: object = None) -> Iterator[Claim | Coverage]:
    """Yields a claim a statement, valued as it is written, once for each number; others once."""
    if all(artifact.path != PATH for artifact in snapshot.artifacts):
        return
    try:
        raw = open_file(PATH).read_at(0, MAX_BYTES)
    except SourceError as error:
        yield Coverage(PATH, CoverageState.NOT_FETCHED, f"the model card could not be read: {error}", HOW)
        return
    yield from statements(raw)


def statements(raw: bytes) -> Iterator[Claim]:
    """Yields the claims in a card's bytes."""
    text = _blanked(_blanked(raw, _MATTER), _CODE).decode("latin-1")  # a character a byte, so that places are offsets
    seen: set[tuple[str, object]] = set()
    for piece in _PIECE.finditer(text):
        for kind, patterns in prose.patterns().items():
            for match in (match for pattern in patterns for match in pattern.finditer(piece[0])):
                number = prose.said(match)
                what = None if number is None else number.value
                known = sum(1 for other, _ in seen if other == kind)
                if (number is None and "n" in match.re.groupindex) or (kind, what) in seen or known >= MOST:
                    continue
                seen.add((kind, what))
                start = piece.start() + match.start()
                place = Evidence(PATH, match[0], HOW, start, len(match[0]))
                yield Claim(kind, _written(match), "publisher", CHANNEL, ".", Standing.UNVERIFIED, place)


def _written(match: re.Match[str]) -> str:
    """The number as it stands there, or the whole statement."""
    if "n" not in match.re.groupindex:
        return match[0]
    return f"{match['n']}{match['unit'] if len(match['unit']) < 2 else ' ' + match['unit']}"


def _blanked(raw: bytes, pattern: re.Pattern[bytes]) -> bytes:
    """The same bytes, what matches replaced by line ends, so that nothing moves."""
    return pattern.sub(lambda match: b"\n" * len(match[0]), raw)
