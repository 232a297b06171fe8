"""Whether the arguments of an unknown call show what it is for: code, commands, paths, addresses, names of modules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.data import package
from verifier.formats._pickle.values import Bytes, Container, Value

_LEVELS: Final = 3
"""Containers inside containers that are looked through."""

_COMMANDS: Final = (
    r"(?:(?:ba|z|da|k|c)?sh|busybox|cat|chmod|cmd(?:\.exe)?|cp|curl|dd|echo|env|id|kill|ls|mkdir|mv|nc|ncat|perl|ping"
    r"|powershell(?:\.exe)?|python[\d.]*|rm|ruby|touch|true|uname|wget|whoami)"
)
"""Programs that commands in hostile files start with."""

_SIGNS: Final = (
    ("an address", re.compile(r"[a-z][a-z0-9+.-]{1,15}://\S")),
    (
        "Python code",
        re.compile(
            r"\b(?:__import__|eval|exec|compile|getattr|open)\s*\(|(?:^|[;\n])[^\S\n]*(?:import|from)\s+\w+(?:[;\n.]|\s+(?:import|as)\b|\s*$)"
            r"|\blambda\b[^:]{0,200}:|__(?:class|subclasses|globals|builtins)__"
        ),
    ),
    ("a command", re.compile(rf"(?:^|[;&|]\s*|/){_COMMANDS}(?:\s+\S|\s*[;&|])|\$\(|[;&|]\s*{_COMMANDS}\s*$")),
    ("a path", re.compile(r"^(?:/|~[/\\]|[A-Za-z]:[\\/]|\\\\|\.\.?[/\\])[^\s/\\]+")),
)


def shown_by(args: Value) -> str:
    """What the texts among some arguments show, in words; empty where they show nothing.

    Args:
        args: arguments as the stream writes them; texts longer than `values.TEXT_LIMIT` are not looked at.
    """
    for text in _texts(args, _LEVELS):
        for what, sign in _SIGNS:
            if sign.search(text):
                return what
        if _names_danger(text):
            return "the name of a module or function that can do harm"
    return ""


def _names_danger(text: str) -> bool:
    top, _, rest = text.replace(":", ".").partition(".")
    known = package(top) if top.isidentifier() else None
    return known is not None and bool(known.danger(rest or "*"))


def _texts(value: Value, levels: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Bytes) and value.content is not None:
        yield value.content.decode("latin-1")
    elif isinstance(value, Container) and levels:
        for item in value.items:
            yield from _texts(item, levels - 1)
