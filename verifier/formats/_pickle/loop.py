"""The commonest opcodes, written out in one loop: a call for each would halve the rate.

Whatever is not ordinary (another opcode, an operand that goes over the end of the block or frame, a memo index used
again, a container of more than constants) is left to the opcode's instruction, which knows what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any, Final

from verifier.formats._pickle.machine import DEPTH, MEMO_SLACK, WEIGHT, Machine
from verifier.formats._pickle.opcodes import (
    APPENDS,
    BINFLOAT,
    BINGET,
    BININT,
    BININT1,
    BININT2,
    BINPUT,
    BINUNICODE,
    EMPTY_DICT,
    EMPTY_LIST,
    EMPTY_TUPLE,
    LONG_BINGET,
    LONG_BINPUT,
    MARK,
    MEMOIZE,
    NEWFALSE,
    NEWTRUE,
    NONE,
    SETITEMS,
    SHORT_BINUNICODE,
    TUPLE,
    TUPLE1,
    TUPLE2,
    TUPLE3,
)
from verifier.formats._pickle.values import TEXT_LIMIT, TRACKED, Container, Dict, List, Tuple, Value, all_constants

_HEAVY: Final = WEIGHT >> 1
"""Weight of what is inside a container above which its instruction looks closer."""

LONGEST: Final = 9
"""Bytes of an opcode with its operand, strings apart."""

_new: Final = list.__new__
_UINT32: Final = Struct("<I").unpack_from
_NUMBERS: Final[dict[int, tuple[Callable[[bytes, int], tuple[Any, ...]], int]]] = {
    BININT2: (Struct("<H").unpack_from, 3),
    BININT: (Struct("<i").unpack_from, 5),
    BINFLOAT: (Struct(">d").unpack_from, 9),
}
_CONSTANTS: Final = {NONE: None, NEWTRUE: True, NEWFALSE: False}
_EMPTY: Final[dict[int, type[Container]]] = {EMPTY_TUPLE: Tuple, EMPTY_LIST: List, EMPTY_DICT: Dict}
_TUPLES: Final = {TUPLE: 0, TUPLE1: 1, TUPLE2: 2, TUPLE3: 3}
_FILLS: Final[dict[int, type[Container]]] = {APPENDS: List, SETITEMS: Dict}


def run_common(machine: Machine, end: int) -> None:  # noqa: C901, PLR0912, PLR0915 - as the module says
    """Executes common opcodes up to the first that is none, or that may go over `end`, an offset in the window.

    Raises:
        IndexError, KeyError, UnicodeDecodeError: stack or memo lack what an opcode takes, or its text is not UTF-8.
    """
    data, base = machine.window.data, machine.window.base
    stack, memo, marked, push = machine.stack, machine.memo, machine.marked, machine.stack.append
    at, limit, last, code, count = machine.at - base, end - base, end - base - LONGEST, 0, 0
    try:
        for count in range(limit - at):  # noqa: B007 - used below; an opcode has at least one byte
            if at > last:
                break
            code = data[at]
            if code == BINGET:
                push(memo[data[at + 1]])
                at += 2
            elif code == SHORT_BINUNICODE and (after := at + 2 + data[at + 1]) <= limit:
                push(data[at + 2 : after].decode("utf-8", "surrogatepass"))
                at = after
            elif code == MEMOIZE and (index := len(memo)) not in memo:
                memo[index], at = stack[-1], at + 1
            elif code == BINPUT and (index := data[at + 1]) not in memo:
                memo[index], at = stack[-1], at + 2
            elif code == BININT1:
                push(data[at + 1])
                at += 2
            elif code == MARK:
                marked.append(stack)
                stack, at = [], at + 1
                push = stack.append
            elif code in _FILLS and _fill(machine, code, base + at, stack):
                stack, at = marked.pop(), at + 1
                push = stack.append
            elif code in _NUMBERS:
                unpack, width = _NUMBERS[code]
                push(unpack(data, at + 1)[0])
                at += width
            elif code in _EMPTY:
                push(_new(_EMPTY[code]))
                at += 1
            elif code in _CONSTANTS:
                push(_CONSTANTS[code])
                at += 1
            elif code == LONG_BINGET:
                push(memo[_UINT32(data, at + 1)[0]])
                at += 5
            elif code == LONG_BINPUT and _is_next(index := _UINT32(data, at + 1)[0], memo):
                memo[index], at = stack[-1], at + 5
            elif code == BINUNICODE and (length := _UINT32(data, at + 1)[0]) <= TEXT_LIMIT and at + 5 + length <= limit:
                push(data[at + 5 : at + 5 + length].decode("utf-8", "surrogatepass"))
                at += 5 + length
            elif code in _TUPLES and (below := _made(_TUPLES[code], stack, marked)):
                stack, push, at = below, below.append, at + 1
            else:
                break
    finally:
        machine.stack, machine.at, machine.opcode, machine.op_at = stack, base + at, code, base + at
        machine.summary.operations += count


def _is_next(index: int, memo: dict[int, Value]) -> bool:
    """Whether a memo index is one that picklers would use now."""
    return index not in memo and index <= len(memo) + MEMO_SLACK


def _fill(machine: Machine, code: int, at: int, values: list[Value]) -> bool:
    """Puts the values above the mark into the container below; False where only the instruction can say what happens.

    It can be told at once of keys that are constants that they can be hashed.
    """
    target = machine.marked[-1][-1]
    if type(target) is not _FILLS[code] or (code == SETITEMS and (len(values) % 2 or not all_constants(values[::2]))):
        return False
    target.add(values)
    if target.inner > _HEAVY or target.depth > DEPTH:
        machine.opcode, machine.op_at = code, at
        machine.check(target)
    return True


def _made(length: int, stack: list[Value], marked: list[list[Value]]) -> list[Value]:
    """The stack with its last values as a tuple, all above the mark for 0; empty where only the instruction can say."""
    values = stack[-length:]
    made = _new(Tuple)
    if len(values) <= TRACKED and all_constants(values):
        made.extend(values)
    else:
        made.add(values)
    if len(values) < length or made.inner > _HEAVY or made.depth > DEPTH:
        return []
    if length:
        del stack[-length:]
    else:
        stack = marked.pop()
    stack.append(made)
    return stack
