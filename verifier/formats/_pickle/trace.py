"""A pickle stream told in words: its events, the Python program it amounts to, and what fickling makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.formats._pickle.events import (
    Build,
    Call,
    Event,
    ExtensionLoad,
    Fill,
    Import,
    Oddity,
    PersistentLoad,
    Refusal,
)
from verifier.formats._pickle.rendering import render
from verifier.records import visible

LONGEST: Final = 1 << 20
"""Bytes of a stream up to which fickling is asked: it keeps every opcode, and its analysis is not linear."""

PROGRAM: Final = 200
"""Lines of the program that are told."""


def told(event: Event) -> str:  # noqa: PLR0911 - one case an event
    """One event in one line."""
    match event:
        case Import():
            return f"imports {visible(event.value.path)}"
        case Call():
            keywords = "" if event.kwargs is None else f" and keywords {render(event.kwargs)}"
            verb = "makes a" if event.use == "new" else "calls"
            return f"{verb} {render(event.callee)} with {render(event.args)}{keywords}"
        case Build():
            return f"sets the state of {render(event.target)} to {render(event.state)}"
        case Fill():
            return f"calls {event.method} of {render(event.target)} with {render(event.items)}"
        case PersistentLoad():
            return f"asks the loader for {render(event.value.id)}"
        case ExtensionLoad():
            return f"loads extension code {event.code}"
        case Refusal():
            return f"refused: {event.message}"
        case Oddity():
            return f"unusual: {event.message}"


def program(data: bytes) -> Iterator[str]:
    """The lines of the program that fickling decompiles a stream to, and its verdict, which is a claim like any other.

    Args:
        data: the whole stream; nothing of it is executed or imported.
    """
    if len(data) > LONGEST:
        yield f"fickling is not asked: the stream has {len(data)} bytes, more than {LONGEST}"
        return
    import ast

    from fickling.analysis import check_safety
    from fickling.fickle import Pickled

    try:
        pickled = Pickled.load(data)
        lines = ast.unparse(pickled.ast).splitlines()
        verdict = check_safety(pickled).severity.name.lower().replace("_", " ")
    except Exception as error:  # noqa: BLE001 - fickling fails in many ways on hostile streams, and is only asked
        yield f"fickling cannot follow the stream: {visible(f'{type(error).__name__}: {error}')}"
        return
    yield from (f"    {visible(line, 500)}" for line in lines[:PROGRAM])
    if len(lines) > PROGRAM:
        yield f"    … {len(lines) - PROGRAM} more lines"
    yield f"fickling calls it {verdict}"
