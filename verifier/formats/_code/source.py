"""Python source to its syntax tree: bytes in, `ast.Module` out, at bounded cost."""

from __future__ import annotations

import ast
import re
import threading
import warnings

from verifier.errors import BudgetExceeded, Malformed

FILENAME = "<inspected source>"
"""What the parser is told the text is called; the audit event it raises carries this name."""

MAX_BYTES = 2 << 20
"""Bytes of source parsed at once; the largest file of transformers has about 200 kB."""

HIDING = frozenset({"punycode", "rawunicodeescape", "unicodeescape", "utf7", "utf16", "utf32", "idna", "undefined"})
"""Encodings in which source says something else than it shows (PEP 263 allows any that Python knows)."""

_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"[ \t\f]*(?:#[^\r\n]*)?\r?")
_DIRECT = {"utf8": "utf-8", "utf8sig": "utf-8", "ascii": "ascii", "usascii": "ascii"}
_LATIN = frozenset({"latin1", "iso88591", "iso885915"})
_lock = threading.Lock()


def encoding_of(raw: bytes) -> str:
    """The encoding a source declares, lower-case and without punctuation; `utf8` where it declares none (PEP 263)."""
    lines = raw.removeprefix(b"\xef\xbb\xbf").split(b"\n", 2)[:2]
    for line in lines:
        if cookie := _COOKIE.match(line):
            return re.sub(r"[^a-z0-9]", "", cookie[1].decode("ascii", "replace").lower())
        if not _BLANK.fullmatch(line):
            break
    return "utf8"


def parse(raw: bytes) -> ast.Module:
    """The tree of a Python 3 module.

    Raises:
        Malformed: not Python as this interpreter reads it, or in an encoding that is not read.
        BudgetExceeded: too large, or nested too deeply.
    """
    if len(raw) > MAX_BYTES:
        raise BudgetExceeded(f"the source has {len(raw)} bytes, more than the {MAX_BYTES} that are parsed")
    text = _decoded(raw)
    try:
        with _lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text, FILENAME)
    except SyntaxError as error:
        raise Malformed(f"the text is not Python this version reads: {error.msg} (line {error.lineno or 0})") from error
    except ValueError as error:
        raise Malformed(f"the text is not Python this version reads: {error}") from error
    except (RecursionError, MemoryError) as error:
        raise BudgetExceeded("the source is nested too deeply") from error


def _decoded(raw: bytes) -> str:
    declared = encoding_of(raw)
    encoding = "latin-1" if declared in _LATIN else _DIRECT.get(declared)
    if encoding is None:
        raise Malformed(f"the source is in an encoding that is not read: {declared}")
    try:
        return raw.removeprefix(b"\xef\xbb\xbf").decode(encoding)
    except UnicodeDecodeError as error:
        raise Malformed(f"the source is not {encoding.upper()}", error.start) from error
