"""The opcodes of protocols 0 to 5, by the names CPython gives them (Lib/pickle.py, PEP 307, 3154 and 574)."""

from __future__ import annotations

from typing import Final

# Protocol 0
MARK: Final = 0x28  # (
STOP: Final = 0x2E  # .
POP: Final = 0x30  # 0
DUP: Final = 0x32  # 2
FLOAT: Final = 0x46  # F
INT: Final = 0x49  # I
LONG: Final = 0x4C  # L
NONE: Final = 0x4E  # N
PERSID: Final = 0x50  # P
REDUCE: Final = 0x52  # R
STRING: Final = 0x53  # S
UNICODE: Final = 0x56  # V
APPEND: Final = 0x61  # a
BUILD: Final = 0x62  # b
GLOBAL: Final = 0x63  # c
DICT: Final = 0x64  # d
GET: Final = 0x67  # g
INST: Final = 0x69  # i
LIST: Final = 0x6C  # l
PUT: Final = 0x70  # p
SETITEM: Final = 0x73  # s
TUPLE: Final = 0x74  # t

# Protocol 1
EMPTY_TUPLE: Final = 0x29  # )
POP_MARK: Final = 0x31  # 1
BINFLOAT: Final = 0x47  # G
BININT: Final = 0x4A  # J
BININT1: Final = 0x4B  # K
BININT2: Final = 0x4D  # M
BINPERSID: Final = 0x51  # Q
BINSTRING: Final = 0x54  # T
SHORT_BINSTRING: Final = 0x55  # U
BINUNICODE: Final = 0x58  # X
EMPTY_LIST: Final = 0x5D  # ]
APPENDS: Final = 0x65  # e
BINGET: Final = 0x68  # h
LONG_BINGET: Final = 0x6A  # j
OBJ: Final = 0x6F  # o
BINPUT: Final = 0x71  # q
LONG_BINPUT: Final = 0x72  # r
SETITEMS: Final = 0x75  # u
EMPTY_DICT: Final = 0x7D  # }

# Protocol 2
PROTO: Final = 0x80
NEWOBJ: Final = 0x81
EXT1: Final = 0x82
EXT2: Final = 0x83
EXT4: Final = 0x84
TUPLE1: Final = 0x85
TUPLE2: Final = 0x86
TUPLE3: Final = 0x87
NEWTRUE: Final = 0x88
NEWFALSE: Final = 0x89
LONG1: Final = 0x8A
LONG4: Final = 0x8B

# Protocol 3
BINBYTES: Final = 0x42  # B
SHORT_BINBYTES: Final = 0x43  # C

# Protocol 4
SHORT_BINUNICODE: Final = 0x8C
BINUNICODE8: Final = 0x8D
BINBYTES8: Final = 0x8E
EMPTY_SET: Final = 0x8F
ADDITEMS: Final = 0x90
FROZENSET: Final = 0x91
NEWOBJ_EX: Final = 0x92
STACK_GLOBAL: Final = 0x93
MEMOIZE: Final = 0x94
FRAME: Final = 0x95

# Protocol 5
BYTEARRAY8: Final = 0x96
NEXT_BUFFER: Final = 0x97
READONLY_BUFFER: Final = 0x98

NAMES: Final = {value: name for name, value in globals().items() if name.isupper() and isinstance(value, int)}
"""Opcode to name, for messages."""


def name_of(opcode: int) -> str:
    """An opcode as messages name it, also one that is none."""
    return NAMES.get(opcode) or f"byte 0x{opcode:02x}"
