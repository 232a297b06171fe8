"""OpenVINO models: libraries, operators of extensions, and constants in the file of weights."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import context, inspected, only, probe, rules_of, states_of
from verifier.formats import Context, FormatModule, Yield, candidates
from verifier.formats import openvino as module
from verifier.formats._readers import BytesReader
from verifier.formats._xml import ENTITY
from verifier.records import Artifact, Coverage, CoverageState

MODULE: FormatModule = module


def net(*layers: str, version: str = "11") -> bytes:
    return f'<?xml version="1.0"?>\n<net name="m" version="{version}"><layers>{"".join(layers)}</layers></net>'.encode()


def layer(kind: str, data: str = "", version: str = "opset1", more: str = "") -> str:
    return f'<layer id="0" name="x" type="{kind}" version="{version}" {more}><data {data}/></layer>'


def constant(offset: object = 0, size: object = 216, shape: str = "4, 3, 3, 3", kind: str = "f16") -> str:
    return layer("Const", f'element_type="{kind}" shape="{shape}" offset="{offset}" size="{size}"')


def beside(data: bytes, weights: bytes | None) -> list[Yield]:
    def opened(path: str) -> BytesReader:
        assert path == "ir/model.bin"
        return BytesReader(weights or b"")

    siblings = {} if weights is None else {"ir/model.bin": len(weights)}
    near = Context(context().budget, siblings, opened)
    return list(module.inspect(Artifact("ir/model.xml", len(data)), BytesReader(data), near))


def test_a_graph_accounts_for_its_weights() -> None:
    data = net(layer("Parameter"), constant(), constant(216, 8, "", "i64"), layer("Convolution"))
    assert [found.FORMAT.id for found in candidates(probe(data, "model.xml"))] == ["openvino"]
    records = beside(data, bytes(224))
    assert rules_of(records) == []
    assert [(c.artifact, c.state) for c in only(records, Coverage)] == [
        ("ir/model.xml", CoverageState.INSPECTED),
        ("ir/model.bin", CoverageState.DATA),
    ]


def test_bytes_that_are_no_constants_are_not_inspected() -> None:
    records = beside(net(constant()), bytes(216) + b"more")
    assert states_of(records) == [CoverageState.INSPECTED, CoverageState.DATA, CoverageState.PARTIAL]


def test_weights_that_are_not_there_and_old_versions_are_gaps() -> None:
    assert states_of(beside(net(constant()), None)) == [CoverageState.PARTIAL]
    assert states_of(inspected(MODULE, net(version="7"))) == [CoverageState.PARTIAL]
    assert states_of(inspected(MODULE, net(version="x"))) == [CoverageState.PARTIAL]
    assert states_of(inspected(MODULE, net(layer("Relu")))) == [CoverageState.INSPECTED]


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (layer("Mine", version="extension", more='library="/x.so"'), [module.LIBRARY, module.CUSTOM]),
        (layer("Mine", version="extension"), [module.CUSTOM]),
        (constant(offset=17), [module.MALFORMED]),
        (constant(size=200), [module.MALFORMED]),
        (constant(offset="-5"), [module.MALFORMED]),
        (constant(kind="string", size=900), [module.MALFORMED]),
        (constant(kind="string", size=100), []),
        (layer("Const"), [module.MALFORMED]),
        (layer("Const", 'offset="0" size="4" shape="1" element_type="f32"') + "<x>", [module.MALFORMED]),
    ],
)
def test_what_is_wrong_is_named(layers: str, expected: list[str]) -> None:
    assert rules_of(beside(net(layers), bytes(224))) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'<!DOCTYPE x [<!ENTITY b "cc">]><net name="&b;" version="11"/>', [ENTITY, module.MALFORMED]),
        (b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://host.example/x.dtd"><net name="m" version="11"/>', [ENTITY]),
        (b'<net version="11">\xff</net>', [module.MALFORMED]),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><net version="11">\xff</net>', []),
    ],
)
def test_declarations_and_broken_text_are_refused(data: bytes, expected: list[str]) -> None:
    assert module.recognize(probe(data))
    assert rules_of(inspected(MODULE, data)) == expected


@given(st.binary(max_size=20), st.integers(0, 200))
@settings(max_examples=100, deadline=None)
def test_any_change_ends_in_records(noise: bytes, at: int) -> None:
    data = net(constant(), layer("Relu"))
    assert states_of(inspected(MODULE, data[:at] + noise + data[at + len(noise) :]))
