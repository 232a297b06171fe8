"""From a text with OmegaConf's interpolations (`${…}`) to what resolving it makes, looks up or evaluates.

Grammar: omegaconf/grammar/OmegaConfGrammarParser.g4. Its own resolvers make values; `oc.create` makes configurations,
which Hydra instantiates like written ones. Others are registered by the program under names that tell what they do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.formats._config import RESOLVED
from verifier.formats._config.loading import KEYS, Seen, evaluated, loading, named
from verifier.records import visible

_LENGTH: Final = 4096
"""Characters of a resolver's arguments that are looked at one by one; longer ones are taken to hide something."""

_NAME: Final = 200
"""Characters of a resolver's name that are looked at."""

_EVALUATING: Final = frozenset({"eval", "exec", "expr", "lambda", "py_eval", "pyeval", "python"})
_IMPORTING: Final = frozenset({"get_class", "get_method", "get_obj", "get_object", "import", "instantiate", "locate"})
_MARK: Final = re.compile(r"\$\{|[{}:]")
_ENTRY: Final = re.compile(rf"(?<![\w/])({'|'.join(map(re.escape, KEYS))})[\s'\"\\]*:[\s'\"\\]*([^\s,{{}}'\"]*)")
_INNER: Final = re.compile(r"\$\{[^{}]*\}")
_PATH: Final = re.compile(r"[\s'\"]*([^\s,{}'\"]*)")


def interpolated(text: str) -> Iterator[Seen]:
    """Yields what a text has a loader act on, where it is interpolated; plain references are quiet."""
    if "${" not in text:
        return
    for entry in _ENTRY.finditer(text):
        yield from loading({entry[1]: entry[2]})
    for name, start in _resolvers(text):
        if "${" in name:
            yield _undecided(text, "calls a resolver whose name is itself made of interpolations")
        elif name in _EVALUATING:
            yield evaluated(text, _code(text[start : start + _LENGTH])) or _undecided(text, "evaluates code")
        elif name in _IMPORTING and (path := _PATH.match(text, start)):
            yield from named(f"${{{name}:…}}", path[1])
        elif name == "create" and _is_opaque(text[start : start + _LENGTH]):
            yield _undecided(text, "makes a configuration of a text that is not written there")


def _resolvers(text: str) -> Iterator[tuple[str, int]]:
    """The last name of each resolver and where its arguments begin, in one pass."""
    frames: list[int] = []
    for mark in _MARK.finditer(text):
        if mark[0] == "${":
            frames.append(mark.end())
        elif mark[0] == "{":
            frames.append(0)
        elif mark[0] == "}" and frames:
            frames.pop()
        elif mark[0] == ":" and frames and frames[-1]:
            name = text[frames[-1] : min(mark.start(), frames[-1] + _NAME)]
            yield name.strip().rpartition(".")[2], mark.end()
            frames[-1] = 0


def _is_opaque(arguments: str) -> bool:
    return "${" in arguments or "\\" in arguments or len(arguments) == _LENGTH


def _code(arguments: str) -> str:
    """The code that a resolver is given, with a name in place of each interpolation."""
    return _INNER.sub("_", arguments).rstrip("} \n").strip("'\" \n")


def _undecided(text: str, why: str) -> Seen:
    return Seen(RESOLVED, "", text, f"Resolving {visible(text, 100)} {why}.")
