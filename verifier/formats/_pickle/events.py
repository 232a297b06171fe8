"""What happens when a pickle stream is loaded, in the order in which it happens.

Every event names the offset of its opcode in the artifact. Events are read-only for those who receive them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from verifier.formats._pickle.values import Container, Global, Persistent, Value


@dataclass(slots=True)
class Import:
    """An import opcode (GLOBAL, STACK_GLOBAL, INST): the module is imported, its attribute fetched.

    Args:
        offset: of the opcode.
        value: what it names.
    """

    offset: int
    value: Global


@dataclass(slots=True)
class Call:
    """Something is called.

    Args:
        offset: of the opcode.
        callee: what is called: a Global, or the Result of another call, or an Extension, a Persistent, Unknown.
        args: positional arguments: a Tuple unless the stream computed them (then a Result, Unknown, …).
        use: `call` for `callee(*args)` (REDUCE); `new` for `callee.__new__(callee, *args, **kwargs)` (NEWOBJ,
            NEWOBJ_EX); `inst` for INST and OBJ, which call, or make an instance of a class without arguments.
        kwargs: keyword arguments of NEWOBJ_EX.
    """

    offset: int
    callee: Value
    args: Value
    use: str
    kwargs: Value = None


@dataclass(slots=True)
class Build:
    """State is set on an object: by its `__setstate__`, or into its `__dict__` and slots (BUILD).

    Args:
        offset: of the opcode.
        target: usually a Result; a Global is a class or function being changed, which no pickler writes.
        state: mostly a Dict or a Tuple.
    """

    offset: int
    target: Value
    state: Value


class Method(StrEnum):
    """Which methods of an object an opcode calls to put elements in."""

    APPEND = "append"
    EXTEND = "extend"
    SETITEM = "__setitem__"
    ADD = "add"


@dataclass(slots=True)
class Fill:
    """Elements are put into an object that is not a builtin container: its own methods are called.

    Args:
        offset: of the opcode.
        target: the object, usually a Result.
        method: APPEND for one element (APPEND), EXTEND (falls back to append) for APPENDS, SETITEM and ADD.
        items: the elements, as a List, Set or, for SETITEM, a Dict.
    """

    offset: int
    target: Value
    method: Method
    items: Container


@dataclass(slots=True)
class PersistentLoad:
    """The loader's `persistent_load` is called (PERSID, BINPERSID).

    Args:
        offset: of the opcode.
        value: with the id.
    """

    offset: int
    value: Persistent


@dataclass(slots=True)
class ExtensionLoad:
    """A `copyreg` extension code (EXT1, EXT2, EXT4): what it names is known only inside the loading process.

    Args:
        offset: of the opcode.
        code: the code; negative ones are refused besides.
    """

    offset: int
    code: int


class Refused(StrEnum):
    """Why a stream is refused."""

    MALFORMED = "malformed"
    """No pickler writes this, and unpicklers fail on it or disagree about it."""
    EXHAUSTING = "exhausting"
    """Loading, hashing or showing it costs out of all proportion to its size."""
    TRUNCATED = "truncated"
    """The bytes end before the STOP opcode."""
    OUT_OF_BAND = "out-of-band"
    """It needs buffers that are not in the file."""


@dataclass(slots=True)
class Refusal:
    """The stream is refused; events before it stand, and the walk goes on where the next opcode is still certain.

    Args:
        offset: where.
        reason: the kind of refusal.
        message: what was seen, as the end of a sentence that starts with the opcode's name or place.
    """

    offset: int
    reason: Refused
    message: str


@dataclass(slots=True)
class Oddity:
    """Something no known pickler writes but every unpickler understands alike; it refuses nothing.

    Args:
        offset: where it was seen first.
        message: what was seen.
    """

    offset: int
    message: str


Event: TypeAlias = Import | Call | Build | Fill | PersistentLoad | ExtensionLoad | Refusal | Oddity


@dataclass(slots=True)
class Summary:
    """What is known of a stream once its walk has ended.

    Args:
        start: offset of its first byte.
        end: offset after its last opcode, or where the walk had to stop.
        protocol: the highest PROTO opcode seen; 0 without one.
        operations: opcodes walked.
        complete: a STOP was reached and nothing was refused.
        stopped: a STOP was reached; another stream may begin at `end`.
        value: what the stream loads as; None also where it is not known.
    """

    start: int
    end: int
    protocol: int = 0
    operations: int = 0
    complete: bool = False
    stopped: bool = False
    value: Value = None
