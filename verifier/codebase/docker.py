"""Dockerfiles: variables of images, and what they run."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator

from verifier.codebase._commands import arguments, expanded, script, variable
from verifier.codebase._language import Language
from verifier.codebase._mention import Mention

LANGUAGE = Language("docker", suffixes=(".dockerfile",), names=r"(docker|container)file(\..*)?")

_INSTRUCTION = re.compile(
    r"^[ \t]*(ENV|ARG|RUN|CMD|ENTRYPOINT)[ \t]+((?:[^\\\n]|\\\r?\n|\\.)*)", re.IGNORECASE | re.MULTILINE
)


def find(text: str) -> Iterator[Mention]:
    """The models a file names."""
    variables: dict[str, str] = {}
    line, counted = 1, 0
    for match in _INSTRUCTION.finditer(text):
        line += text.count("\n", counted, match.start(2))
        counted = match.start(2)
        if match[1].upper() in ("ENV", "ARG"):
            yield from _set(match[2], line, variables)
        else:
            yield from _run(match[2], line, variables)


def _set(text: str, line: int, variables: dict[str, str]) -> Iterator[Mention]:
    try:
        words = shlex.split(text.replace("\\\n", " ").replace("\\\r\n", " "))
    except ValueError:
        words = text.split()
    if words and "=" not in words[0]:
        words = ["=".join(words[:2])]
    for word in words:
        name, _, value = word.partition("=")
        variables[name] = expanded(value, variables)
        yield from variable(name, variables[name], line)


def _run(text: str, line: int, variables: dict[str, str]) -> Iterator[Mention]:
    try:
        words = json.loads(text)
    except ValueError:
        words = None
    if isinstance(words, list) and words and all(isinstance(word, str) for word in words):
        yield from arguments([expanded(word, variables) for word in words], line)
    else:
        yield from script(text, line, dict(variables))
