"""Random pickle programs, most of them valid, and ways to spoil them."""

from __future__ import annotations

import pickle
from collections import OrderedDict, defaultdict, deque
from random import Random

import numpy as np

NAMES = [
    ("os", "system"),
    ("builtins", "eval"),
    ("__builtin__", "getattr"),
    ("collections", "OrderedDict"),
    ("a.b", "C.D"),
]

GENUINE = [
    pickle.dumps(thing, protocol)
    for protocol in range(6)
    for thing in (
        [1, 2.5, "text", b"bytes", None, True, 2**70],
        {"a": (1, 2), "b": {3}, "c": frozenset([4])},
        OrderedDict(a=1),
        defaultdict(list, a=[1]),
        deque([1]),
        np.arange(3),
        np.array(["a", None], dtype=object),
        np.float32(1),
    )
]

DIFFERENCES = [
    b"I0x10\n.",
    b"I010\n.",
    b"F1_0.0\n.",
    b"(i",
    b"ios\nsystem\n.",
    b"cos\nsystem",
    b"cos\nsystem\0x\n)R.",
    b"cos\nsystem\n(lR.",
    b"cos\nsystem\nNR.",
    b"\x80\x04\x95\x05\0\0\0\0\0\0\0B\x0e\0\0\0cos\nsystem\n)R..",
    b"\x80\x04\x95\xff\0\0\0\0\0\0\0cos\nsystem\n)R.",
    b"\x80\x04\x8c\x02os\x8c\x06system\x93)R.",
    b"\x80\x02\x82\x01)R.",
    b"\x84\xff\xff\xff\xff.",
    b"\x80\x05\x97\x98.",
    b"]p0\ncos\nsystem\n)Rp0\ng0\n.",
    b"(cos\nsystem\no.",
]
"""Where machines are known to differ, or once did."""


class Programs:
    """An endless supply of streams from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._memo = 0

    def stream(self) -> bytes:
        """The next stream: a program, or one that was spoiled, or a genuine or known one that was."""
        random = self._random
        self._memo = 0
        source = random.random()
        if source < 0.7:
            head = random.choice([b"", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"])
            data = head + self._value(random.randint(1, 4)) + b"."
            if head == b"\x80\x04" and random.random() < 0.3:
                data = (
                    head
                    + b"\x95"
                    + max(0, len(data) - 2 + random.choice([0, 0, 0, -3, 5])).to_bytes(8, "little")
                    + data[2:]
                )
        else:
            data = random.choice(GENUINE if source < 0.85 else DIFFERENCES)
        if random.random() < 0.6:
            for _ in range(random.randint(1, 4)):
                data = self._spoiled(data)
        return data[:1500]

    def _spoiled(self, data: bytes) -> bytes:
        random = self._random
        at = random.randint(0, len(data))
        kind = random.randrange(6)
        if kind == 0:
            return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
        if kind == 1:
            return data[:at] + data[at + random.randint(1, 8) :]
        if kind == 2:
            return data[:at] + self._value(1) + data[at:]
        if kind == 3:
            return (
                data[:at]
                + random.choice([b"0", b"1", b"2", b"(", b"\x94", b"R", b"b", b"s", b"a", b"\x81"])
                + data[at:]
            )
        if kind == 4:
            end = random.randint(at, min(len(data), at + 40))
            return data[:end] + data[at:end] + data[end:]
        return data[:at] + b"\x95" + random.randint(0, 60).to_bytes(8, "little") + data[at:]

    def _value(self, depth: int) -> bytes:
        """Opcodes that push one value."""
        random = self._random
        if depth <= 0 or random.random() < 0.2:
            return self._constant()

        def inner() -> bytes:
            return self._value(depth - 1)

        choice = random.randrange(16)
        made = (
            self._import,
            lambda: self._import() + self._tuple(depth) + b"R",
            lambda: self._import() + self._tuple(depth) + b"\x81",
            lambda: self._import() + self._tuple(depth) + b"}\x92",
            lambda: b"(" + self._import() + inner() + b"o",
            lambda: b"(" + inner() + b"i" + self._name() + b"",
            lambda: self._import() + b")R" + inner() + b"b",
            lambda: self._import() + b")\x81" + inner() + b"a",
            lambda: self._import() + b")R(" + self._constant() + inner() + b"u",
            lambda: b"](" + inner() + inner() + b"e",
            lambda: b"}" + self._constant() + inner() + b"s",
            lambda: b"\x8f(" + self._constant() + b"\x90",
            lambda: inner() + b"0" + inner(),
            lambda: inner() + self._remember() + inner() + b"0",
            lambda: b"(" + inner() + b"1" + inner(),
            lambda: inner() + b"Q",
        )[choice]
        return made()

    def _tuple(self, depth: int) -> bytes:
        count = self._random.randrange(4)
        body = b"".join(self._value(depth - 1) for _ in range(count))
        return (b")", body + b"\x85", body + b"\x86", b"(" + body + b"t")[count]

    def _name(self) -> bytes:
        module, name = self._random.choice(NAMES)
        return f"{module}\n{name}\n".encode()

    def _import(self) -> bytes:
        module, name = (text.encode() for text in self._random.choice(NAMES))
        kind = self._random.randrange(4)
        if kind < 2:
            return b"c" + module + b"\n" + name + b"\n"
        if kind == 2:
            return b"".join(b"\x8c" + bytes([len(text)]) + text for text in (module, name)) + b"\x93"
        return b"\x82" + bytes([self._random.randrange(8)])

    def _remember(self) -> bytes:
        self._memo += 1
        index = self._memo - 1
        put = self._random.randrange(3)
        got = self._random.choice([b"h" + bytes([index % 256]), b"j" + index.to_bytes(4, "little"), b"g%d\n" % index])
        kept = (b"\x94", b"q" + bytes([index % 256]), b"p%d\n" % index)[put]
        return kept + (got + b"0" if self._random.random() < 0.5 else b"")

    def _constant(self) -> bytes:
        number = self._random.randrange(1 << 31)
        return self._random.choice(
            [
                b"N",
                b"\x88",
                b"\x89",
                b"K\x05",
                b"M\x05\x01",
                b"J" + number.to_bytes(4, "little"),
                b"I%d\n" % number,
                b"I01\n",
                b"L%dL\n" % number,
                b"F1.5\n",
                b"G" + bytes(8),
                b"\x8a\x02\x05\x01",
                b"S'text'\n",
                b"U\x03abc",
                b"T\x03\0\0\0abc",
                b"Vtext\n",
                b"X\x03\0\0\0abc",
                b"\x8c\x03abc",
                b"C\x03abc",
                b"B\x03\0\0\0abc",
                b"\x96\x03\0\0\0\0\0\0\0abc",
                b")",
                b"]",
                b"}",
                b"Pkey\n",
            ]
        )
