"""What CPython's unpicklers would import and call: a worker that reads streams and runs them over inert stand-ins.

Reads frames of a 4-byte little-endian length and that many bytes, and answers each with a line of JSON: a list of
`[machine, imports, calls]`. Nothing a stream names is imported or called; a stream that exhausts time or memory kills
the worker, which whoever asked notices.
"""

from __future__ import annotations

import _pickle
import copyreg
import io
import itertools
import json
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, Any

EXTENSION = ("extension", "registered")
"""What codes 1 to 5 stand for in the worker."""

SECONDS = 3
"""Of processor time a stream may take."""
MEMORY = 2 << 30

Seen = list[tuple[str, str]]


class _Inert:
    """Takes whatever a stream does to an object."""

    def __setstate__(self, state: object) -> None:
        pass

    def __setitem__(self, key: object, value: object) -> None:
        pass

    def __call__(self, *args: object, **kwargs: object) -> _Inert:
        return _Inert()

    def append(self, item: object) -> None:
        pass

    extend = add = append


def _stand_in(named: tuple[str, str], calls: Seen) -> type:
    """A class that records its calls and constructions."""

    class Meta(type):
        def __call__(cls, *args: object, **kwargs: object) -> Any:
            calls.append(named)
            return _Inert()

        def __setattr__(cls, name: str, value: object) -> None:
            pass

        def __setstate__(cls, state: object) -> None:
            pass

        def __setitem__(cls, key: object, value: object) -> None:
            pass

        def append(cls, item: object) -> None:
            pass

        extend = add = append

    class StandIn(metaclass=Meta):
        def __new__(cls, *_: object, **__: object) -> Any:
            calls.append(named)
            return _Inert()

    return StandIn


def run(base: Any, file: IO[bytes]) -> tuple[Seen, Seen]:
    """Imports and calls of one machine over one file, up to its end or failure."""
    imports: Seen = []
    calls: Seen = []

    class Recorder(base):  # type: ignore[misc]
        def find_class(self, module: str, name: str) -> type:
            imports.append((module, name))
            return _stand_in((module, name), calls)

        def persistent_load(self, identity: object) -> _Inert:
            return _Inert()

    with suppress(Exception):  # what came before a failure counts
        Recorder(file, encoding="latin1", buffers=itertools.repeat(b"buffer")).load()
    return imports, calls


def machines(stream: bytes, descriptor: int) -> Iterator[tuple[str, Any, Callable[[], IO[bytes]]]]:
    """The unpicklers that loaders use, with the kinds of file they read: C drops bytes or not by the kind (D15)."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, stream, 0)

    def raw() -> IO[bytes]:
        os.lseek(descriptor, 0, os.SEEK_SET)
        return io.FileIO(descriptor, closefd=False)

    yield "C, BytesIO", _pickle.Unpickler, lambda: io.BytesIO(stream)
    yield "C, buffered", _pickle.Unpickler, lambda: io.BufferedReader(raw())  # type: ignore[type-var]
    yield "C, raw", _pickle.Unpickler, raw
    yield "Python", pickle._Unpickler, lambda: io.BytesIO(stream)


def main() -> None:
    """Answers until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for code in range(1, 6):
        copyreg._inverted_registry[code] = EXTENSION  # type: ignore[attr-defined]
    descriptor = os.memfd_create("stream")
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    while head := source.read(4):
        stream = source.read(int.from_bytes(head, "little"))
        copyreg._extension_cache.clear()  # type: ignore[attr-defined]
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        seen = [(title, *run(base, file())) for title, base, file in machines(stream, descriptor)]
        signal.setitimer(signal.ITIMER_PROF, 0)
        answers.write(json.dumps(seen).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
