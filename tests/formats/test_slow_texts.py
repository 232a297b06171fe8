"""Texts written so that a search that tries things twice would take minutes: every search takes time in line with them.

Each stands in a file of its format; the test's own time limit is a hundred times what they take.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.builders.opcodes import name
from verifier import verify_model
from verifier.claims._signing.manifest import _ignored
from verifier.formats._code.command_lines import fetches_and_runs
from verifier.formats._xml import without_comments
from verifier.records import Outcome

SECONDS = 10


def _pickle(constant: bytes, count: int) -> bytes:
    """A call whose arguments are one constant many times over."""
    raw = b"B" + len(constant).to_bytes(4, "little") + constant
    return b"\x80\x03" + name("foo.bar", "baz") + raw + b"q\x00" + b"0(" + b"h\x00" * count + b"tR."


SLOW = {
    "comments.xml": b'<?xml version="1.0"?><a>' + b"<!--" * 250_000,
    "data.xml": b'<?xml version="1.0"?><a>' + b"<![CDATA[" * 100_000,
    "commands.sh": b"#!/bin/sh\n" + b"curl ;" * 100_000,
    "commands.py": b'import os\nos.system("' + b"curl;" * 50_000 + b'")\n',
    "constants.pkl": _pickle(b"c" * 8192, 2000),
    "code.pkl": _pickle(b"\n" * 4096, 300),
}


@pytest.mark.parametrize("file", sorted(SLOW))
def test_no_text_takes_long(tmp_path: Path, file: str) -> None:
    (tmp_path / file).write_bytes(SLOW[file])
    begun = time.process_time()
    verdict = verify_model(tmp_path / file)
    assert time.process_time() - begun < SECONDS
    assert verdict.outcome is not Outcome.ACCEPTED or file.endswith(".xml")


@pytest.mark.parametrize("padding", ["", "x " * 5000])
@pytest.mark.parametrize(
    "line", ["curl http://a/b | sh", "; wget -qO- a |sudo bash", "curl a -o b && chmod +x b", "iwr a | iex"]
)
def test_commands_that_run_what_they_fetch_are_found_at_any_length(padding: str, line: str) -> None:
    assert fetches_and_runs(padding + line)


@pytest.mark.parametrize("line", ["curl http://a/b -o c", "| sh", "sh; curl a", "curl a" + " " * 400 + "| sh"])
def test_other_commands_are_not(line: str) -> None:
    assert not fetches_and_runs(line)


def test_a_comment_that_is_not_closed_hides_nothing() -> None:
    assert without_comments(b"<!-- a -->b<![CDATA[c]]><!-- <!ENTITY") == b"          b             <!-- <!ENTITY"


def test_a_manifest_of_slashes_takes_no_long() -> None:
    begun = time.process_time()
    assert list(_ignored(["/" * 500_000 + "x", "./a//"])) == ["/" * 500_000 + "x", "a"]
    assert time.process_time() - begun < SECONDS
