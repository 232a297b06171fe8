"""Instructions that push constants."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from struct import unpack
from typing import Final

from verifier.formats._pickle import opcodes as op
from verifier.formats._pickle.events import Refused
from verifier.formats._pickle.machine import Machine
from verifier.formats._pickle.values import SHORT, TEXT_LIMIT, UNKNOWN, BigInt, Bytes, LongText
from verifier.formats._pickle.window import BrokenStreamError

_DECIMAL: Final = re.compile(rb"-?(?:0|[1-9][0-9]*)")
_REPR_OF_FLOAT: Final = re.compile(rb"-?(?:[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?|inf|nan)")
_REPR_OF_STRING: Final = re.compile(rb"(?:[^\\]|\\(?:[\\'\"abfnrtv]|[0-3]?[0-7]{1,2}|x[0-9a-fA-F]{2}))*", re.DOTALL)
_BOOLEANS: Final = {b"00": False, b"01": True}
_LONGEST_INT: Final = 255
"""Bytes of the longest integer that is decoded; it is what LONG1 can hold."""


def _none(machine: Machine) -> None:
    machine.stack.append(None)


def _true(machine: Machine) -> None:
    machine.stack.append(True)


def _false(machine: Machine) -> None:
    machine.stack.append(False)


def _int(machine: Machine) -> None:
    """INT: the C machine reads it in base 0, the Python machine with `int(text, 0)`, `pickletools` in base 10."""
    text = machine.line()
    if text in _BOOLEANS:
        machine.stack.append(_BOOLEANS[text])
    elif len(text) == 2 and text[:1] == b"0" and text[1:] in b"234567":
        machine.note("has a leading zero")
        machine.stack.append(int(text))
    else:
        _decimal(machine, text)


def _long(machine: Machine) -> None:
    _decimal(machine, machine.line().removesuffix(b"L"))


def _decimal(machine: Machine, text: bytes) -> None:
    if _DECIMAL.fullmatch(text):
        machine.stack.append(int(text))
    else:
        machine.refuse(f"has the operand {_shown(text)}, which is not a plain decimal number")
        machine.stack.append(UNKNOWN)


def _float(machine: Machine) -> None:
    text = machine.line()
    if _REPR_OF_FLOAT.fullmatch(text):
        machine.stack.append(float(text))
    else:
        machine.refuse(f"has the operand {_shown(text)}, which is not how Python writes a float")
        machine.stack.append(UNKNOWN)


def _shown(text: bytes) -> str:
    return repr(text[:40])


def _binint(machine: Machine) -> None:
    machine.stack.append(int.from_bytes(machine.take(4), "little", signed=True))


def _binint1(machine: Machine) -> None:
    machine.stack.append(machine.number(1))


def _binint2(machine: Machine) -> None:
    machine.stack.append(machine.number(2))


def _binfloat(machine: Machine) -> None:
    machine.stack.append(unpack(">d", machine.take(8))[0])


def _long1(machine: Machine) -> None:
    machine.stack.append(int.from_bytes(machine.take(machine.number(1)), "little", signed=True))


def _long4(machine: Machine) -> None:
    length = _signed_length(machine)
    if length <= _LONGEST_INT:
        machine.stack.append(int.from_bytes(machine.take(length), "little", signed=True))
    else:
        machine.stack.append(BigInt(machine.skip(length), length))


def _signed_length(machine: Machine) -> int:
    length = int.from_bytes(machine.take(4), "little", signed=True)
    if length < 0:
        raise BrokenStreamError(Refused.MALFORMED, f"claims {length} bytes")
    return length


def _string(machine: Machine) -> None:
    """STRING: the quoted `repr` of a Python 2 string."""
    length = machine.window.line_length(machine.at)
    start = machine.pass_over(length + 1)
    quotes = machine.window.take(start, min(length, 1)), machine.window.take(start + max(0, length - 1), min(length, 1))
    if length < 2 or quotes not in ((b"'", b"'"), (b'"', b'"')):
        raise BrokenStreamError(Refused.MALFORMED, "has an operand that is not quoted")
    if length > TEXT_LIMIT:
        machine.stack.append(Bytes("str", start + 1, length - 2, escaped=True))
        return
    body = machine.window.take(start + 1, length - 2)
    if not _REPR_OF_STRING.fullmatch(body):
        machine.refuse("has an operand with an escape that Python does not write")
        machine.stack.append(UNKNOWN)
        return
    raw = codecs.escape_decode(body)[0]
    content = raw if len(raw) <= SHORT else None
    literal = (
        raw.decode("ascii") if raw.isascii() else Bytes("str", start + 1, length - 2, escaped=True, content=content)
    )
    machine.stack.append(literal)


def _unicode(machine: Machine) -> None:
    """UNICODE: text in raw-unicode-escape."""
    length = machine.window.line_length(machine.at)
    start = machine.pass_over(length + 1)
    if length > TEXT_LIMIT:
        machine.stack.append(LongText(start, length, escaped=True))
    else:
        machine.stack.append(_unescaped(machine.window.take(start, length)))


def _unescaped(raw: bytes) -> str:
    try:
        return raw.decode("raw-unicode-escape")
    except UnicodeDecodeError as error:
        raise BrokenStreamError(Refused.MALFORMED, f"holds a broken escape: {error.reason}") from error


def _text(width: int) -> Callable[[Machine], None]:
    """UTF-8 text with a length of `width` bytes; lone surrogates are encoded as they are (`surrogatepass`)."""

    def push(machine: Machine) -> None:
        length = machine.number(width)
        if length > TEXT_LIMIT:
            machine.stack.append(LongText(machine.skip(length), length))
        else:
            machine.stack.append(machine.take(length).decode("utf-8", "surrogatepass"))

    return push


def _bytes(kind: str, width: int) -> Callable[[Machine], None]:
    def push(machine: Machine) -> None:
        length = machine.number(width)
        machine.stack.append(_constant(machine, kind, machine.skip(length), length))

    return push


def _constant(machine: Machine, kind: str, start: int, length: int) -> Bytes:
    return Bytes(kind, start, length, content=machine.window.take(start, length) if length <= SHORT else None)


def _binstring(machine: Machine) -> None:
    _python2_string(machine, _signed_length(machine))


def _short_binstring(machine: Machine) -> None:
    _python2_string(machine, machine.number(1))


def _python2_string(machine: Machine, length: int) -> None:
    start = machine.skip(length)
    raw = machine.window.take(start, length) if length <= TEXT_LIMIT else b"\xff"
    machine.stack.append(raw.decode("ascii") if raw.isascii() else _constant(machine, "str", start, length))


INSTRUCTIONS: Final[dict[int, Callable[[Machine], None]]] = {
    op.NONE: _none,
    op.NEWTRUE: _true,
    op.NEWFALSE: _false,
    op.INT: _int,
    op.LONG: _long,
    op.FLOAT: _float,
    op.BININT: _binint,
    op.BININT1: _binint1,
    op.BININT2: _binint2,
    op.BINFLOAT: _binfloat,
    op.LONG1: _long1,
    op.LONG4: _long4,
    op.STRING: _string,
    op.BINSTRING: _binstring,
    op.SHORT_BINSTRING: _short_binstring,
    op.UNICODE: _unicode,
    op.SHORT_BINUNICODE: _text(1),
    op.BINUNICODE: _text(4),
    op.BINUNICODE8: _text(8),
    op.SHORT_BINBYTES: _bytes("bytes", 1),
    op.BINBYTES: _bytes("bytes", 4),
    op.BINBYTES8: _bytes("bytes", 8),
    op.BYTEARRAY8: _bytes("bytearray", 8),
}
"""Opcode to instruction."""
