"""What a hub's answers say of security and of the organization: third parties' words, kept as metadata."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from verifier.records.canonical import Plain
from verifier.records.scan import HUB, ORGANIZATION, SCANS, scan_key

EXPANDED_PAGE = 50
"""Entries a page of a hub's listing has where each carries what scanners say."""

MAX_FLAGS = 1000
"""Files of a repository's own list of issues that are noted."""

_WORD = re.compile(r"[a-z-]{1,32}")
_SCANNER = re.compile(r"([A-Za-z]{1,32})Scan")

Pairs = Iterator[tuple[str, str]]


def of_repository(said: dict[str, Plain]) -> Pairs:
    """From a repository's description: `securityRepoStatus` and `authorData`, where it has them."""
    status, author = said.get("securityRepoStatus"), said.get("authorData")
    if isinstance(status, dict) and isinstance(status.get("scansDone"), bool):
        yield SCANS, "done" if status["scansDone"] else "pending"
        issues = status.get("filesWithIssues")
        for issue in issues[:MAX_FLAGS] if isinstance(issues, list) else ():
            if isinstance(issue, dict) and isinstance(path := issue.get("path"), str) and path.isprintable():
                yield from _word(HUB, path, issue.get("level"))
    if isinstance(author, dict) and isinstance(author.get("isVerified"), bool):
        yield ORGANIZATION, str(author["isVerified"]).lower()


def of_file(entry: Plain) -> Pairs:
    """From a file's entry in a listing: `securityFileStatus`, in all and by scanner, where it has one."""
    status = entry.get("securityFileStatus") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(status, dict) or not isinstance(path := entry.get("path"), str):
        return
    yield from _word(HUB, path, status.get("status"))
    for name, scan in status.items():
        if (scanner := _SCANNER.fullmatch(name)) and isinstance(scan, dict):
            yield from _word(scanner.group(1), path, scan.get("status"))


def fits_a_page(said: dict[str, Plain]) -> bool:
    """Whether asking for what scanners say of each file costs no further request."""
    siblings = said.get("siblings")
    if not isinstance(siblings, list) or len(siblings) > EXPANDED_PAGE:
        return False
    names = [one.get("rfilename") for one in siblings if isinstance(one, dict)]
    return len(set(_entries(name for name in names if isinstance(name, str)))) <= EXPANDED_PAGE


def _entries(names: Iterable[str]) -> Iterator[PurePosixPath]:
    """Files and their folders, as a recursive listing has them."""
    for path in map(PurePosixPath, names):
        yield path
        yield from path.parents[:-1]


def _word(who: str, path: str, status: Plain) -> Pairs:
    if isinstance(status, str) and _WORD.fullmatch(status):
        yield scan_key(who, path), status
