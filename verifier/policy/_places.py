"""Where the keys of a TOML text stand, for messages: tomllib gives values without their lines.

Only text that tomllib has accepted comes in, so the scan knows no errors; its answer is the line of each key's path.
"""

from __future__ import annotations

import re
import tomllib
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys from the top, and positions in arrays."""

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'"
    r"|\#[^\n]*"
    r"|\n"
    r"|[][{},.=]"
    r"""|[^][{},.="'\#\s]+""",
    re.DOTALL,
)


def lines(text: str) -> dict[Path, int]:
    """The line, from 1, of every key and every element of an array.

    Raises:
        RecursionError: values are nested more deeply than Python calls go.
    """
    scan = _Scan(text)
    scan.document()
    return scan.lines


class _Scan:
    """Reads statements; `lines` is what was seen so far."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._arrays: dict[Path, int] = {}
        self._tokens: list[tuple[str, int]] = []
        line, end = 1, 0
        for match in _TOKEN.finditer(text):
            line += text.count("\n", end, match.start())
            end = match.start()
            if not match[0].startswith("#"):
                self._tokens.append((match[0], line))
        self._tokens.append(("\n", line))
        self._at = 0

    def document(self) -> None:
        """All statements: headers, and keys below the last one."""
        above: Path = ()
        while self._at < len(self._tokens):
            mark = self._tokens[self._at][0]
            if mark == "\n":
                self._at += 1
            elif mark == "[":
                above = self._header()
            else:
                self._pair(above)

    def _header(self) -> Path:
        line = self._tokens[self._at][1]
        array = self._tokens[self._at + 1][0] == "["
        self._at += 2 if array else 1
        keys = self._keys("]")
        self._at += 1 if array else 0
        path: Path = ()
        for number, key in enumerate(keys, 1):
            path = (*path, key)
            if array and number == len(keys):
                self._arrays[path] = self._arrays.get(path, 0) + 1
            self.lines.setdefault(path, line)
            if path in self._arrays:
                path = (*path, self._arrays[path] - 1)
                self.lines.setdefault(path, line)
        return path

    def _pair(self, above: Path) -> None:
        line = self._tokens[self._at][1]
        path = above
        for key in self._keys("="):
            path = (*path, key)
            self.lines.setdefault(path, line)
        self._value(path)

    def _keys(self, end: str) -> list[str]:
        """The parts of a dotted key, and the mark after it consumed."""
        keys: list[str] = []
        while (mark := self._next()) != end:
            if mark != ".":
                keys.append(str(tomllib.loads(f"key = {mark}")["key"]) if mark[0] in "\"'" else mark)
        return keys

    def _value(self, path: Path) -> None:
        opening = self._tokens[self._at][0]
        if opening == "[":
            self._at += 1
            number = 0
            while (mark := self._past_lines()) != "]":
                if mark == ",":
                    self._at += 1
                    continue
                self.lines.setdefault((*path, number), self._tokens[self._at][1])
                self._value((*path, number))
                number += 1
            self._at += 1
        elif opening == "{":
            self._at += 1
            while (mark := self._past_lines()) != "}":
                if mark == ",":
                    self._at += 1
                else:
                    self._pair(path)
            self._at += 1
        else:
            while self._tokens[self._at][0] not in ("\n", ",", "]", "}"):
                self._at += 1

    def _past_lines(self) -> str:
        while self._tokens[self._at][0] == "\n":
            self._at += 1
        return self._tokens[self._at][0]

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1][0]
