"""One regression test an advisory about Keras, named after it: the model is rejected, in every file it can stand in."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders.hdf5s import Builder, dataspace, datatype, hdf5, keras_hdf5, numbers
from tests.builders.keras_models import CODE, Config, built, function, keras_zip, lambda_code, sequential
from tests.builders.opcodes import call, pickled
from tests.builders.torches import PAYLOAD, torch_zip
from verifier import Outcome, Verdict, verify_model
from verifier.formats._json import Json

WEIGHTS = hdf5()


def as_archive(config: Config) -> tuple[str, bytes]:
    return "model.keras", keras_zip(config, weights=WEIGHTS)


def as_hdf5(config: Config) -> tuple[str, bytes]:
    return "model.h5", keras_hdf5(json.dumps(config).encode())


def as_json(config: Config) -> tuple[str, bytes]:
    return "config.json", json.dumps(config).encode()


FILES = [as_archive, as_hdf5, as_json]
in_every_file = pytest.mark.parametrize("write", FILES, ids=["keras", "h5", "json"])
Write = Callable[[Config], tuple[str, bytes]]


def verified(folder: Path, name: str, content: bytes) -> Verdict:
    (folder / name).write_bytes(content)
    return verify_model(str(folder))


def rules(verdict: Verdict) -> set[str]:
    return {finding.rule for finding in verdict.dossier.findings}


def assert_rejected(folder: Path, write: Write, config: Config, rule: str) -> None:
    verdict = verified(folder, *write(config))
    assert verdict.outcome is Outcome.REJECTED
    assert rule in rules(verdict)


@in_every_file
def test_a_genuine_model_is_accepted(tmp_path: Path, write: Write) -> None:
    assert verified(tmp_path, *write(sequential())).outcome is Outcome.ACCEPTED


@in_every_file
@pytest.mark.parametrize(
    "code", [lambda_code(), [CODE, None, None], {"class_name": "__tuple__", "items": [CODE, None, None]}]
)
def test_cve_2024_3660_a_lambda_layer_brings_bytecode(tmp_path: Path, write: Write, code: Json) -> None:
    assert_rejected(tmp_path, write, sequential(built("Lambda", {"function": code})), "keras-python-code")


@in_every_file
@pytest.mark.parametrize("module", ["os", "subprocess", "builtins", "importlib", "ctypes", "shutil"])
def test_cve_2025_1550_any_module_is_imported(tmp_path: Path, write: Write, module: str) -> None:
    config = sequential(built("Dense", {"activation": function(module, "eval")}))
    assert_rejected(tmp_path, write, config, "keras-dangerous-object")


def test_cve_2025_1550_an_unknown_module_is_never_accepted(tmp_path: Path) -> None:
    verdict = verified(tmp_path, *as_archive(sequential(built("Layer", {}, "their_package.layers"))))
    assert verdict.outcome is Outcome.UNDECIDED


@in_every_file
@pytest.mark.parametrize("module", ["keras.utils", "keras.src.utils.file_utils", "tensorflow.keras.utils"])
def test_cve_2025_8747_a_layer_fetches_files(tmp_path: Path, write: Write, module: str) -> None:
    arguments: Config = {"origin": "https://host.example/x", "fname": "/tmp/x"}
    config = sequential(built("Lambda", {"function": function(module, "get_file"), "arguments": arguments}))
    assert_rejected(tmp_path, write, config, "keras-dangerous-object")


@pytest.mark.parametrize("name", ["model.h5", "model.hdf5", "weights", "model.bin"])
def test_cve_2025_9905_hdf5_is_loaded_without_safe_mode(tmp_path: Path, name: str) -> None:
    old: Config = {"class_name": "Lambda", "config": {"function": [CODE, None, None], "function_type": "lambda"}}
    model: Config = {"class_name": "Sequential", "config": {"layers": [old]}}
    verdict = verified(tmp_path, name, keras_hdf5(json.dumps(model).encode()))
    assert verdict.outcome is Outcome.REJECTED
    assert "keras-python-code" in rules(verdict)


@in_every_file
@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keras.config", "enable_unsafe_deserialization"),
        ("keras.src.saving.serialization_lib", "enable_unsafe_deserialization"),
        ("keras.src.saving.serialization_lib", "SafeModeScope"),
        ("keras.src.backend.common.global_state", "set_global_attribute"),
        ("keras.models", "load_model"),
        ("keras", "config.enable_unsafe_deserialization"),
    ],
)
def test_cve_2025_9906_the_file_switches_safe_mode_off(tmp_path: Path, write: Write, module: str, name: str) -> None:
    assert_rejected(tmp_path, write, sequential(function(module, name)), "keras-dangerous-object")


@in_every_file
@pytest.mark.parametrize("vocabulary", ["/etc/passwd", "words.txt", "http://169.254.169.254/", "file:///etc/passwd"])
@pytest.mark.parametrize("layer", ["StringLookup", "IntegerLookup", "TextVectorization"])
def test_cve_2025_12058_a_vocabulary_is_a_path(tmp_path: Path, write: Write, vocabulary: str, layer: str) -> None:
    assert_rejected(tmp_path, write, sequential(built(layer, {"vocabulary": vocabulary})), "keras-file-access")


@pytest.mark.parametrize("name", [b"../outside.py", b"assets/../../outside.py", b"/etc/cron.d/x"])
def test_cve_2025_12060_members_leave_the_folder_they_are_unpacked_to(tmp_path: Path, name: bytes) -> None:
    verdict = verified(tmp_path, "model.keras", keras_zip(sequential(), (name, b"text"), weights=WEIGHTS))
    assert verdict.outcome is Outcome.REJECTED
    assert "zip-unsafe-member" in rules(verdict)


@in_every_file
def test_a_layer_loads_a_graph_from_a_path(tmp_path: Path, write: Write) -> None:
    assert_rejected(tmp_path, write, sequential(built("TFSMLayer", {"filepath": "//host/share"})), "keras-file-access")


@in_every_file
@pytest.mark.parametrize("stream", [pickled(PAYLOAD), torch_zip(pickled(PAYLOAD))], ids=["pickle", "torch"])
def test_cve_2025_49655_a_torch_module_is_a_pickle_in_the_configuration(
    tmp_path: Path, write: Write, stream: bytes
) -> None:
    config = sequential(built("TorchModuleWrapper", {"module": base64.b64encode(stream).decode()}))
    assert_rejected(tmp_path, write, config, "keras-embedded-pickle")
    assert "pickle-dangerous-symbol" in rules(verify_model(str(tmp_path)))


def test_cve_2026_0897_a_small_file_takes_all_memory(tmp_path: Path) -> None:
    file = Builder()
    kernel = file.object(numbers((1 << 64) - 1, 1 << 40))
    verdict = verified(tmp_path, "model.weights.h5", file.done(file.object([file.group(kernel=kernel)])))
    assert verdict.outcome is Outcome.REJECTED


READS_OTHERS = {
    "external link": (0x06, b"\1\x08\x40\1x" + struct.pack("<H", 14) + b"\0/etc/passwd\0x"),
    "external storage": (0x07, b"\1" + bytes(15)),
}


@pytest.mark.parametrize("how", READS_OTHERS)
def test_cve_2026_1669_weights_stand_in_a_file_of_the_machine(tmp_path: Path, how: str) -> None:
    archive = keras_zip(sequential(), weights=hdf5(READS_OTHERS[how]))
    verdict = verified(tmp_path, "model.keras", archive)
    assert verdict.outcome is Outcome.REJECTED
    assert "hdf5-external-file" in rules(verdict)


def test_cve_2026_1669_weights_are_put_together_from_other_files(tmp_path: Path) -> None:
    file = Builder()
    virtual = file.object([(0x01, dataspace(6)), (0x03, datatype(0, 4)), (0x08, b"\4\3" + bytes(12))])
    weights = file.done(file.object([file.group(kernel=virtual)]))
    verdict = verified(tmp_path, "model.keras", keras_zip(sequential(), weights=weights))
    assert verdict.outcome is Outcome.REJECTED


@pytest.mark.parametrize("name", ["model.keras", "model.zip", "model.h5"])
def test_a_pickle_among_the_assets_is_inspected(tmp_path: Path, name: str) -> None:
    evil = pickled(call("os", "system", "echo inert"))
    verdict = verified(tmp_path, name, keras_zip(sequential(), (b"assets/x.pkl", evil), weights=WEIGHTS))
    assert verdict.outcome is Outcome.REJECTED


@in_every_file
def test_gadgets_stand_in_arguments_of_calls_too(tmp_path: Path, write: Write) -> None:
    nodes: Json = [{"args": [[function("os", "system")]], "kwargs": {}}]
    assert_rejected(tmp_path, write, sequential(built("Add", {}, inbound_nodes=nodes)), "keras-dangerous-object")


@in_every_file
def test_operators_of_tensorflow_write_files(tmp_path: Path, write: Write) -> None:
    layer: Config = {"class_name": "TFOpLambda", "config": {"function": "io.write_file"}}
    assert_rejected(tmp_path, write, sequential(layer), "keras-file-access")
