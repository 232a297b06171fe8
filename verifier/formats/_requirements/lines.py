"""Requirement lines of pip and their kin: where packages come from, and whether what is installed is fixed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from verifier.formats._requirements import DIRECT, UNPINNED, UNTRUSTED

KNOWN_HOSTS: Final = frozenset(
    {
        "data.pyg.org",
        "download.openmmlab.com",
        "download.pytorch.org",
        "files.pythonhosted.org",
        "github.com",
        "gitlab.com",
        "huggingface.co",
        "pypi.ngc.nvidia.com",
        "pypi.nvidia.com",
        "pypi.org",
        "storage.googleapis.com",
        "wheels.vllm.ai",
    }
)
"""Hosts from which requirements of genuine models install; what stands there may still change, so they are unpinned."""

_URL = re.compile(r"(?:git\+|hg\+|svn\+|bzr\+)?(?P<url>(?:https?|ssh|git|file|ftp)://[^\s\"'#;,\]]+)", re.IGNORECASE)
_PINNED = re.compile(r"===?\s*[\w.+!*-]+")
_COMMIT = re.compile(r"@[0-9a-f]{40}\b|#sha256=[0-9a-f]{64}|--hash=sha256:[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(\[[\w, .-]*\])?")
_ADDRESS = re.compile(r"\d+(\.\d+){3}|\[[0-9a-f:]+\]|localhost|0x[0-9a-f]+|\d+", re.IGNORECASE)


def judge_requirement(line: str) -> str | None:
    """The rule a requirement or option of pip breaks; None for a pinned one, a comment or an empty line."""
    line = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
    if not line:
        return None
    if found := _URL.search(line):
        return _judged_url(line, found["url"])
    if line.startswith("-") or not _NAME.match(line):
        return None
    return None if _PINNED.search(line) or _COMMIT.search(line) else UNPINNED


def _judged_url(line: str, url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return UNTRUSTED
    if parts.scheme.lower() in ("http", "ftp", "git") or _ADDRESS.fullmatch(host):
        return UNTRUSTED
    if parts.scheme.lower() == "file":
        return DIRECT
    if host in KNOWN_HOSTS:
        return None if _COMMIT.search(line) or line.startswith("-") or line.endswith(".whl") else UNPINNED
    return DIRECT


def urls(text: str) -> Iterator[str]:
    """The places of version control and archives a text of another form names, as `setup.py` and TOML do."""
    for found in _URL.finditer(text):
        before = text[max(0, found.start() - 40) : found.start()]
        archive = re.search(r"\.(whl|zip|tar\.gz|tgz)\b", found["url"]) is not None
        if (
            found[0].lower().startswith(("git+", "hg+", "svn+"))
            or archive
            or re.search(r"(@|-url[\s=]*[\"']?)\s*$", before)
        ):
            yield found[0]
