"""Instructions that import, call, set state, ask the loader, and those that shape the stream."""

from __future__ import annotations

import _compat_pickle
from collections.abc import Callable
from typing import Final

from verifier.formats._pickle import opcodes as op
from verifier.formats._pickle.containers import OBJECTS
from verifier.formats._pickle.events import Build, Call, ExtensionLoad, Import, PersistentLoad, Refused
from verifier.formats._pickle.machine import Machine
from verifier.formats._pickle.values import (
    UNKNOWN,
    Bytes,
    Dict,
    Extension,
    Global,
    LongText,
    Persistent,
    Result,
    Tuple,
    Value,
    kind_of,
)
from verifier.formats._pickle.window import BrokenStreamError, truncated

HIGHEST_PROTOCOL: Final = 5
_MEMO_LOOKED_AT: Final = 10_000
"""Entries above which the memo is looked through at the end."""
_UNMEMOIZED: Final = frozenset({type(None), bool, int, float})
_SMALLEST_FRAME: Final = 4
"""Picklers write less without a frame (_Framer._FRAME_SIZE_MIN)."""


def _global(machine: Machine) -> None:
    machine.stack.append(_import(machine, _name(machine, "utf-8"), _name(machine, "utf-8")))


def _name(machine: Machine, encoding: str) -> str:
    raw = machine.line()
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise BrokenStreamError(Refused.MALFORMED, f"has the name {raw[:40]!r}, which is not {encoding}") from error


def _stack_global(machine: Machine) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    if isinstance(name, str) and isinstance(module, str):
        machine.stack.append(_import(machine, module, name))
        return
    odd = name if isinstance(module, str) else module
    if isinstance(odd, OBJECTS):
        machine.refuse("imports by a name that the stream computes, so that it cannot be known")
    elif isinstance(odd, (LongText, Bytes)):
        machine.refuse(f"imports by a name that is {odd.length} bytes of {kind_of(odd)}")
    else:
        machine.refuse(f"imports by a name that is a {kind_of(odd)}")
    machine.stack.append(UNKNOWN)


def _import(machine: Machine, module: str, name: str) -> Global:
    """Reports an import. Below protocol 3 names are Python 2's and mapped, as `fix_imports` does by default."""
    if not (_is_name(module) and _is_name(name)):
        machine.refuse(f"imports {name[:40]!r} from {module[:40]!r}, which are no names")
    written = (module, name)
    if machine.protocol < 3:
        if written in _compat_pickle.NAME_MAPPING:
            module, name = _compat_pickle.NAME_MAPPING[written]
        else:
            module = _compat_pickle.IMPORT_MAPPING.get(module, module)
    value = Global(module, name, written)
    machine.out.append(Import(machine.op_at, value))
    return value


def _is_name(text: str) -> bool:
    """Whether Python could look the text up at all: not empty, without NUL and lone surrogates."""
    return (
        bool(text) and "\0" not in text and (text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text))
    )


def _call(machine: Machine, callee: Value, args: Value, use: str, kwargs: Value = None) -> None:
    """Reports a call and pushes its result; joblib's and Python's own unpickler spread any iterable as arguments."""
    if not isinstance(callee, OBJECTS):
        machine.refuse(f"calls a {kind_of(callee)}")
    if not isinstance(args, (Tuple, *OBJECTS)):
        machine.refuse(f"calls with a {kind_of(args)} in the place of the tuple of arguments")
    machine.out.append(Call(machine.op_at, callee, args, use, kwargs))
    machine.stack.append(Result(callee, args, use))


def _reduce(machine: Machine) -> None:
    args, callee = machine.stack.pop(), machine.stack.pop()
    _call(machine, callee, args, "call")


def _newobj(machine: Machine) -> None:
    args, callee = machine.stack.pop(), machine.stack.pop()
    _call(machine, callee, args, "new")


def _newobj_ex(machine: Machine) -> None:
    kwargs, args, callee = machine.stack.pop(), machine.stack.pop(), machine.stack.pop()
    if not isinstance(kwargs, (Dict, *OBJECTS)):
        machine.refuse(f"calls with a {kind_of(kwargs)} in the place of keyword arguments")
    _call(machine, callee, args, "new", kwargs)


def _obj(machine: Machine) -> None:
    values = machine.pop_mark()
    _call(machine, values.pop(0), Tuple(values), "inst")


def _inst(machine: Machine) -> None:
    """INST: Python's machine imports before it looks for the mark."""
    callee = _import(machine, _name(machine, "ascii"), _name(machine, "ascii"))
    _call(machine, callee, Tuple(machine.pop_mark()), "inst")


def _build(machine: Machine) -> None:
    state = machine.stack.pop()
    target = machine.stack[-1]
    if not isinstance(target, OBJECTS):
        machine.refuse(f"sets the state of a {kind_of(target)}")
        return
    event = Build(machine.op_at, target, state)
    machine.out.append(event)
    if machine.after_build is not None:
        resumed = machine.after_build(event, machine.at)
        if resumed != machine.at and (resumed < machine.at or machine.frame_end > machine.at):
            raise BrokenStreamError(Refused.MALFORMED, "is followed by raw bytes in the middle of a frame")
        if resumed > machine.window.end:
            raise truncated()
        machine.at = resumed


def _persid(machine: Machine) -> None:
    _ask(machine, _name(machine, "ascii"))


def _binpersid(machine: Machine) -> None:
    _ask(machine, machine.stack.pop())


def _ask(machine: Machine, id: Value) -> None:  # noqa: A002
    value = Persistent(id)
    machine.out.append(PersistentLoad(machine.op_at, value))
    machine.stack.append(value)


def _extension(width: int) -> Callable[[Machine], None]:
    def load(machine: Machine) -> None:
        code = int.from_bytes(machine.take(width), "little", signed=width == 4)
        if code <= 0:
            machine.refuse(f"has the code {code}; codes are positive")
        machine.out.append(ExtensionLoad(machine.op_at, code))
        machine.stack.append(Extension(code))

    return load


def _buffer(machine: Machine) -> None:
    machine.refuse("needs a buffer that is not in the file", Refused.OUT_OF_BAND)
    machine.stack.append(UNKNOWN)


def _readonly_buffer(machine: Machine) -> None:
    if not isinstance(machine.stack[-1], (*OBJECTS, Bytes)):
        machine.refuse("wants a buffer")


def _proto(machine: Machine) -> None:
    protocol = machine.number(1)
    if protocol > HIGHEST_PROTOCOL:
        raise BrokenStreamError(Refused.MALFORMED, f"asks for protocol {protocol}; the highest is {HIGHEST_PROTOCOL}")
    if machine.op_at != machine.summary.start:
        machine.note("stands in the middle of the stream")
    if protocol < 2:
        machine.note(f"names protocol {protocol}, which has no such opcode")
    machine.protocol = protocol
    machine.summary.protocol = max(machine.summary.protocol, protocol)


def _frame(machine: Machine) -> None:
    """FRAME: must lie outside other frames and inside the file (PEP 3154)."""
    length = machine.number(8)
    if machine.frame_end > machine.op_at:
        machine.refuse("begins inside another frame")
    if length < _SMALLEST_FRAME:
        machine.note(f"has fewer than {_SMALLEST_FRAME} bytes")
    if machine.at + length > machine.window.end:
        machine.refuse(f"of {length} bytes is longer than what is left", Refused.TRUNCATED)
    machine.frame_end = min(machine.at + length, machine.window.end)


def _stop(machine: Machine) -> None:
    value = machine.stack.pop()
    if machine.stack or machine.marked:
        machine.refuse("leaves values on the stack")
    if machine.frame_end > machine.at:
        machine.refuse("comes before the end of its frame")
    if len(machine.memo) > _MEMO_LOOKED_AT:
        _check_memo(machine)
    machine.summary.value = value
    machine.summary.stopped = machine.done = True


def _check_memo(machine: Machine) -> None:
    """Refuses a memo that is there to fill memory: picklers memoize no numbers, booleans and None."""
    constants = sum(type(value) in _UNMEMOIZED for value in machine.memo.values())
    if constants * 2 > len(machine.memo):
        machine.refuse(f"ends a stream that memoizes {constants} constants, which no pickler does", Refused.EXHAUSTING)


def _unknown(machine: Machine) -> None:
    if machine.op_at >= machine.window.end:
        raise truncated()
    raise BrokenStreamError(Refused.MALFORMED, "is no opcode")


INSTRUCTIONS: Final[dict[int, Callable[[Machine], None]]] = {
    op.GLOBAL: _global,
    op.STACK_GLOBAL: _stack_global,
    op.REDUCE: _reduce,
    op.NEWOBJ: _newobj,
    op.NEWOBJ_EX: _newobj_ex,
    op.OBJ: _obj,
    op.INST: _inst,
    op.BUILD: _build,
    op.PERSID: _persid,
    op.BINPERSID: _binpersid,
    op.EXT1: _extension(1),
    op.EXT2: _extension(2),
    op.EXT4: _extension(4),
    op.NEXT_BUFFER: _buffer,
    op.READONLY_BUFFER: _readonly_buffer,
    op.PROTO: _proto,
    op.FRAME: _frame,
    op.STOP: _stop,
}
"""Opcode to instruction."""

UNKNOWN_OPCODE: Final = _unknown
"""What every other byte does."""
