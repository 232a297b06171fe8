from __future__ import annotations

import pickle

import pytest

from tests.builders.inspections import inspected
from tests.builders.opcodes import call, mapping, name, pickled, value
from verifier.formats import Budget, Limits
from verifier.formats._pickle import trace
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._readers import BytesReader


def lines(data: bytes) -> list[str]:
    return [trace.told(event) for event in PickleStream(BytesReader(data), 0, Budget(Limits()))]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (name("os", "system"), "imports os.system"),
        (call("os", "system", "echo inert"), "calls os.system with ('echo inert',)"),
        (name("a", "B") + b")\x81", "makes a a.B with ()"),
        (name("a", "B") + b")" + mapping({"k": value(1)}) + b"\x92", "makes a a.B with () and keywords {'k': 1}"),
        (call("a", "b") + b"}b", "sets the state of a.b(…) to {}"),
        (call("a", "b") + b"K\x01a", "calls append of a.b(…) with [1]"),
        (value("key") + b"Q", "asks the loader for 'key'"),
        (b"\x82\x05", "loads extension code 5"),
        (b"I0x10\n", "refused: INT has the operand b'0x10', which is not a plain decimal number"),
        (b"N20", "unusual: DUP duplicates the topmost value"),
    ],
)
def test_every_event_is_told_in_one_line(body: bytes, line: str) -> None:
    assert line in lines(pickled(body, 4))


def test_the_program_is_decompiled_and_fickling_gives_its_opinion() -> None:
    told = list(trace.program(pickled(call("os", "system", "echo inert"))))
    assert told[0].strip() == "from os import system"
    assert told[-1] == "fickling calls it likely overtly malicious"


def test_long_programs_are_cut_and_long_or_broken_streams_are_not_asked_about() -> None:
    many = pickled(b"](" + call("a", "b") * 150 + b"e")
    assert any("more lines" in line for line in trace.program(many))
    assert next(trace.program(bytes(trace.LONGEST + 1))).startswith("fickling is not asked")
    assert next(trace.program(b"\x80\x04F1\n.")).startswith("fickling cannot follow the stream")


def test_an_inspection_tells_what_it_sees_where_somebody_listens() -> None:
    from verifier.formats import Context
    from verifier.formats import pickle as module
    from verifier.records import Artifact

    told: list[str] = []
    data = pickle.dumps({"a": complex(1, 2)}, 2)
    context = Context(Budget(Limits()), {}, lambda path: BytesReader(path.encode()), trace=told.append)
    list(module.inspect(Artifact("a.pkl", len(data)), BytesReader(data), context))
    assert told[0] == "a.pkl: a pickle from byte 0"
    assert any("calls builtins.complex with (1.0, 2.0)" in line for line in told)
    assert inspected(module, data)
