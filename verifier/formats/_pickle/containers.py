"""Instructions on builtin containers, the stack and the memo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from verifier.formats._pickle import opcodes as op
from verifier.formats._pickle.events import Fill, Method, Refused
from verifier.formats._pickle.machine import KEY_WEIGHT, Machine
from verifier.formats._pickle.values import (
    PLAIN,
    Container,
    Dict,
    Extension,
    FrozenSet,
    Global,
    List,
    Persistent,
    Result,
    Set,
    Tuple,
    Unknown,
    Value,
    all_constants,
    kind_of,
)
from verifier.formats._pickle.window import BrokenStreamError

OBJECTS: Final = (Result, Global, Persistent, Extension, Unknown)
"""Values with methods of their own, which a stream can make do something."""

_WASTE: Final = 1_000_000
"""Constants a stream may push only to throw them away."""


def _mark(machine: Machine) -> None:
    machine.marked.append(machine.stack)
    machine.stack = []


def _pop(machine: Machine) -> None:
    if not machine.stack:
        machine.pop_mark()
    elif type(machine.stack.pop()) in PLAIN:
        machine.wasted += 1
        if machine.wasted == _WASTE:
            machine.refuse(f"throws away {_WASTE} constants", Refused.EXHAUSTING)


def _pop_mark(machine: Machine) -> None:
    machine.pop_mark()


def _dup(machine: Machine) -> None:
    machine.note("duplicates the topmost value")
    machine.stack.append(machine.stack[-1])


def _empty(kind: type[Container]) -> Callable[[Machine], None]:
    def push(machine: Machine) -> None:
        machine.stack.append(kind())

    return push


def _of_mark(kind: type[Container]) -> Callable[[Machine], None]:
    def push(machine: Machine) -> None:
        container = kind(machine.pop_mark())
        check_keys(machine, container, container.items)
        machine.push(container)

    return push


def _tuple_of(count: int) -> Callable[[Machine], None]:
    def push(machine: Machine) -> None:
        machine.replace(count, machine.weighed(Tuple(machine.stack[-count:])))

    return push


def check_keys(machine: Machine, container: Container, values: list[Value]) -> None:
    """Refuses what cannot be hashed, and what takes forever to; elements of a Set, keys of a Dict."""
    if isinstance(container, Dict):
        if len(values) % 2:
            machine.refuse("sets a key without a value")
        values = values[::2]
    elif not isinstance(container, (Set, FrozenSet)):
        return
    if all_constants(values):
        return
    for value in values:
        if isinstance(value, (List, Dict, Set)):
            machine.refuse(f"uses a {value.kind} as a key")
        elif isinstance(value, Container) and value.weight > KEY_WEIGHT:
            machine.refuse("uses a key that expands without bound when it is hashed", Refused.EXHAUSTING)


def _fill(machine: Machine, kind: type[Container], method: Method, items: list[Value]) -> None:
    """Puts items into the topmost value: a container of that kind, or an object that is asked to take them."""
    target = machine.stack[-1]
    if isinstance(target, kind):
        check_keys(machine, target, items)
        target.add(items)
        machine.check(target)
    elif isinstance(target, OBJECTS):
        check_keys(machine, Dict([]), items if kind is Dict else [])
        machine.out.append(Fill(machine.op_at, target, method, kind(items)))
    else:
        machine.refuse(f"puts elements into a {kind_of(target)}")


def _append(machine: Machine) -> None:
    value = machine.stack.pop()
    _fill(machine, List, Method.APPEND, [value])


def _appends(machine: Machine) -> None:
    items = machine.pop_mark()
    _fill(machine, List, Method.EXTEND, items)


def _setitem(machine: Machine) -> None:
    value = machine.stack.pop()
    key = machine.stack.pop()
    _fill(machine, Dict, Method.SETITEM, [key, value])


def _setitems(machine: Machine) -> None:
    items = machine.pop_mark()
    _fill(machine, Dict, Method.SETITEM, items)


def _additems(machine: Machine) -> None:
    items = machine.pop_mark()
    _fill(machine, Set, Method.ADD, items)


def _put(machine: Machine) -> None:
    machine.remember(_index(machine))


def _get(machine: Machine) -> None:
    machine.recall(_index(machine))


def _index(machine: Machine) -> int:
    text = machine.line()
    if not text.isdigit() or (text[:1] == b"0" and len(text) > 1):
        raise BrokenStreamError(Refused.MALFORMED, f"has the memo index {text[:40]!r}, which is not a plain number")
    return int(text)


def _put_in(width: int) -> Callable[[Machine], None]:
    def put(machine: Machine) -> None:
        machine.remember(machine.number(width))

    return put


def _get_in(width: int) -> Callable[[Machine], None]:
    def get(machine: Machine) -> None:
        machine.recall(machine.number(width))

    return get


def _memoize(machine: Machine) -> None:
    machine.remember(len(machine.memo))


INSTRUCTIONS: Final[dict[int, Callable[[Machine], None]]] = {
    op.MARK: _mark,
    op.POP: _pop,
    op.POP_MARK: _pop_mark,
    op.DUP: _dup,
    op.EMPTY_TUPLE: _empty(Tuple),
    op.EMPTY_LIST: _empty(List),
    op.EMPTY_DICT: _empty(Dict),
    op.EMPTY_SET: _empty(Set),
    op.TUPLE: _of_mark(Tuple),
    op.LIST: _of_mark(List),
    op.DICT: _of_mark(Dict),
    op.FROZENSET: _of_mark(FrozenSet),
    op.TUPLE1: _tuple_of(1),
    op.TUPLE2: _tuple_of(2),
    op.TUPLE3: _tuple_of(3),
    op.APPEND: _append,
    op.APPENDS: _appends,
    op.SETITEM: _setitem,
    op.SETITEMS: _setitems,
    op.ADDITEMS: _additems,
    op.PUT: _put,
    op.BINPUT: _put_in(1),
    op.LONG_BINPUT: _put_in(4),
    op.GET: _get,
    op.BINGET: _get_in(1),
    op.LONG_BINGET: _get_in(4),
    op.MEMOIZE: _memoize,
}
"""Opcode to instruction."""
