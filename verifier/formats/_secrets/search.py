"""Keys and tokens in text, by forms that nothing else has; what is shown of them is masked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import log2
from typing import Final

from verifier.formats._secrets import SECRET
from verifier.records import Artifact, Evidence, Finding

MAX_BYTES: Final = 4 << 20
"""Bytes of a file that are searched; secrets stand in small files."""

FEWEST: Final = 3.2
"""Bits of entropy a character, below which a token is an example (`hf_xxxxxxxx`)."""

_TOKENS: Final = (
    ("a token of the Hugging Face hub", re.compile(rb"\bhf_[A-Za-z]{34}\b")),
    ("a token of GitHub", re.compile(rb"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b")),
    ("a key of OpenAI", re.compile(rb"\bsk-(?:proj-)?[A-Za-z0-9_-]{20,200}T3BlbkFJ[A-Za-z0-9_-]{20,200}")),
    ("a key of Anthropic", re.compile(rb"\bsk-ant-[a-z0-9]{5}-[A-Za-z0-9_-]{93}AA\b")),
    ("a key of Google", re.compile(rb"\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])")),
    ("a token of PyPI", re.compile(rb"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,500}")),
    ("a token of Slack", re.compile(rb"\bxox[bpars]-[0-9]{8,14}-[0-9A-Za-z-]{20,200}")),
    (
        "a secret key of AWS",
        re.compile(rb"(?i:aws.{0,20}secret.{0,20}[\"'=:\s])\s*[\"']?(?P<key>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"),
    ),
)
_AWS_ID = re.compile(rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")
_PEM = re.compile(
    rb"-----BEGIN (?P<kind>(?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY)-----(?:\\n|[\r\n])+"
    rb"(?P<key>[A-Za-z0-9+/=\\\r\n]{64,})"
)


def find_secrets(artifact: Artifact, raw: bytes, how: str) -> Iterator[Finding]:
    """Yields one finding with every secret in a text."""
    found = sorted(_found(raw[:MAX_BYTES]))[:20]
    if found:
        evidence = tuple(Evidence(artifact.name, f"{what}: {shown}", how, at) for at, what, shown in found)
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        yield Finding(SECRET, evidence, f"The file holds {found[0][1]}{more}; its owner should revoke it.")


def _found(raw: bytes) -> Iterator[tuple[int, str, str]]:
    for what, pattern in _TOKENS:
        if "AWS" in what and not _AWS_ID.search(raw):
            continue
        for match in pattern.finditer(raw):
            key = match.groupdict().get("key") or match[0]
            if _entropy(key) >= FEWEST and b"EXAMPLE" not in key:
                yield match.start(), what, _masked(key)
    for match in _PEM.finditer(raw):
        if _entropy(match["key"]) >= FEWEST:
            yield match.start(), "a private key", f"{match['kind'].decode()} ..."


def _masked(key: bytes) -> str:
    return f"{key[:4].decode('ascii', 'replace')}...({len(key)} characters)"


def _entropy(key: bytes) -> float:
    """Bits a byte, by the frequencies of the bytes themselves."""
    counts = (key.count(byte) / len(key) for byte in set(key))
    return -sum(share * log2(share) for share in counts)
