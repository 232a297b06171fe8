"""The program as a whole, mostly as its own process."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import verifier.cli._terminal
import verifier.cli.gateway
import verifier.pipeline
from tests.builders.hub import Hub
from tests.builders.lies import Lie
from verifier._version import __version__
from verifier.cli import main
from verifier.errors import InternalError, PolicyError

ROOT = Path(__file__).resolve().parents[2]
LOCK = ("add", "check", "diff", "update", "remove")
HEADER = b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
WEIGHTS = len(HEADER).to_bytes(8, "little") + HEADER + b"\0"


def run(
    *arguments: str | Path, cwd: Path | None = None, program: tuple[str, ...] = ("-m", "verifier"), **environment: str
) -> subprocess.CompletedProcess[str]:
    """The program's answer, from a process of its own."""
    return subprocess.run(
        [sys.executable, *program, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """`good` is accepted, `bad` rejected (bytes behind its weights), `gap` undecided (bytes nobody knows)."""
    for name in ("good", "bad", "gap", "rules"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text('{"hidden_size": 8}', encoding="utf-8")
    (tmp_path / "good" / "model.safetensors").write_bytes(WEIGHTS)
    (tmp_path / "bad" / "model.safetensors").write_bytes(WEIGHTS + b"trailing")
    (tmp_path / "gap" / "weights").write_bytes(b"\1\2\3\4 unheard of")
    return tmp_path


@pytest.mark.parametrize(
    ("references", "code"),
    [
        (["./good"], 0),
        (["./bad"], 1),
        (["./gap"], 3),
        (["./good", "./gap"], 3),
        (["./gap", "./bad", "./good"], 1),
        (["model", "./rules"], 0),
        (["./good", "org/gone", "--offline"], 3),
        (["./bad", "org/gone", "--offline"], 1),
        (["./bad", "./missing"], 2),
        (["tree", "./bad"], 1),
    ],
)
@pytest.mark.parametrize("options", [[], ["--format", "sarif"]])
def test_exit_codes_tell_the_worst_verdict_in_any_format(
    models: Path, references: list[str], code: int, options: list[str]
) -> None:
    done = run(*references, *([] if "tree" in references else options), cwd=models)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_goes_before_a_folder_of_its_name(models: Path) -> None:
    assert "npy-malformed" in run("rules", cwd=models).stdout
    assert "accepted" in run("model", "./rules", cwd=models).stdout
    assert "accepted" in run("--quiet", "./rules", cwd=models).stdout
    assert "accepted" in run("--", "./rules", cwd=models).stdout


def test_reports_go_to_files_and_standard_output_at_once(models: Path) -> None:
    done = run("./bad", "-o", "json=v.json", "-o", "sarif=v.sarif", "-o", "markdown=v.md", "-q", cwd=models)
    assert done.returncode == 1
    assert done.stdout.startswith("rejected  ")
    assert json.loads((models / "v.json").read_text(encoding="utf-8"))["verdicts"][0]["outcome"] == "rejected"
    assert json.loads((models / "v.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert "❌ rejected" in (models / "v.md").read_text(encoding="utf-8")
    assert not list(models.glob(".v.*"))


def test_equal_models_give_equal_bytes(models: Path) -> None:
    runs = [run("./good", "./bad", "--format", "json", cwd=models).stdout for _ in range(2)]
    assert runs[0] == runs[1]


def test_unobtainable_models_are_errors_in_the_envelope_and_one_sentence(models: Path) -> None:
    done = run("./good", "org/gone", "--offline", "--format", "json", cwd=models)
    (error,) = json.loads(done.stdout)["errors"]
    assert error["reference"] == "org/gone"
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("Error: ")


def test_no_reference_is_passed_over(models: Path) -> None:
    done = run("./good", "s3://bucket/model", "org/gone", "./bad", "--offline", "-o", "json=v.json", cwd=models)
    assert done.returncode == 1
    assert done.stdout.endswith("\n4 models: 1 accepted, 1 rejected, 2 without a verdict\n")
    envelope = json.loads((models / "v.json").read_text(encoding="utf-8"))
    assert [error["kind"] for error in envelope["errors"]] == ["unsupported-source", "offline"]
    assert len(envelope["verdicts"]) == 2
    assert run("s3://bucket/model", cwd=models).returncode == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["model"], "Missing argument"),
        (["./good", "--bogus"], "No such option"),
        (["./good", "--policy", "nope"], "nope"),
        (["./good", "--format", "yaml"], "no report format 'yaml'"),
        (["./good", "-o", "json"], "Write -o FORMAT=FILE"),
        (["./good", "-o", "yaml=x"], "no report format 'yaml'"),
        (["./good", "-o", "json=nowhere/x"], "No file can be written"),
        (["./good", "./bad", "--revision", "v1"], "--revision is for one model"),
        (["explain", "npy-malform"], "Did you mean npy-malformed"),
        (["explain", "zzzzzzzz"], "`verify rules` lists all"),
        (["rules", "--format", "xml"], "Use plain or json"),
        (["gateway", "--root", "nowhere"], "not a folder"),
    ],
)
def test_bad_invocations_exit_2_with_what_to_do(models: Path, arguments: list[str], said: str) -> None:
    done = run(*arguments, cwd=models)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["model"],
        ["tree"],
        ["rules"],
        ["explain"],
        ["gateway"],
        ["fetch"],
        ["code"],
        ["audit"],
        ["lock"],
        *(["lock", word] for word in LOCK),
    ],
)
def test_every_help_page_has_examples(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == 0
    page = capsys.readouterr().out
    assert "Examples:\n    " in page
    assert "Exit codes: 0 accepted" in page
    assert main([*command, "-h"]) == 0


@pytest.mark.parametrize("arguments", [["--version"], ["version"]])
def test_version(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    assert capsys.readouterr().out == f"model-verify {__version__}\n"


def test_shells_complete_commands_rules_and_formats() -> None:
    def completed(words: str) -> list[str]:
        number = str(words.count(" "))
        done = run(
            program=("-c", "import sys; sys.argv[0] = 'verify'; from verifier.cli import main; sys.exit(main())"),
            _VERIFY_COMPLETE="complete_bash",
            COMP_WORDS=words,
            COMP_CWORD=number,
        )
        return done.stdout.split()

    assert completed("verify exp") == ["explain"]
    assert completed("verify explain npy-mal") == ["npy-malformed"]
    assert completed("verify model --format s") == ["sarif", "svr"]
    assert completed("verify rules --format j") == ["json"]
    assert "_VERIFY_COMPLETE" in run("--show-completion", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="").stderr + (
        run(
            "--show-completion",
            "bash",
            program=("-c", "import sys; sys.argv[0] = 'verify'; from verifier.cli import main; sys.exit(main())"),
            _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1",
        ).stdout
    )


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, ""),
        (PolicyError("The policy is wrong.", "Mend it."), 2, "Error: The policy is wrong. Mend it.\n"),
        (
            InternalError("A page is missing"),
            4,
            "Error: A page is missing. This is a bug of model-verify: please report",
        ),
        (ValueError("boom\n\x1b"), 4, r"Error: ValueError: boom\n\x1b. This is a bug of model-verify"),
        (RecursionError("deep"), 4, "Error: RecursionError: deep."),
    ],
)
def test_no_error_exits_1(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    models: Path,
    error: BaseException,
    code: int,
    said: str,
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(verifier.pipeline, "verify_model", fails)
    assert main([f"{models}/good"]) == code
    told = capsys.readouterr().err
    assert told.startswith(said)
    assert "Traceback" not in told
    monkeypatch.setenv("VERIFY_DEBUG", "1")
    assert main([f"{models}/good"]) == code
    assert ("Traceback" in capsys.readouterr().err) is (code != 130)


@pytest.mark.parametrize(("missing", "code", "said"), [("uvicorn", 2, "model-verify[gateway]"), ("json5", 4, "json5")])
def test_a_gateway_without_its_extra_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    missing: str,
    code: int,
    said: str,
) -> None:
    def fails(*_: object) -> None:
        raise ModuleNotFoundError(f"No module named {missing!r}", name=missing)

    monkeypatch.setattr(verifier.cli.gateway, "gateway", fails)
    assert main(["gateway", "--root", str(tmp_path)]) == code
    assert said in capsys.readouterr().err


def test_what_typer_does_not_see_ends_as_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupts(_: object) -> int:
        raise KeyboardInterrupt

    assert main(["tree", "org/gone", "--offline"]) == 3
    assert capsys.readouterr().err.startswith("Error: org/gone is not in the hub cache")
    monkeypatch.setattr(verifier.cli, "_run", interrupts)
    assert main(["rules"]) == 130


def test_typer_never_ends_the_program_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError(errno.EPIPE, "broken pipe")

    monkeypatch.setattr(verifier.cli._terminal, "write", fails)
    assert main(["rules"]) == 2


def test_an_interrupt_ends_a_stalled_run_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "hub" / "org" / "name"
    folder.mkdir(parents=True)
    for number in range(12):
        (folder / f"{number}.safetensors").write_bytes(WEIGHTS)
    with Hub(tmp_path / "hub", Lie.stalling("*.safetensors", 60)) as hub:
        environment = {**os.environ, **hub.environment(tmp_path / "home"), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "verifier", "org/name"]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, encoding="utf-8")
        while not hub.seen("*.safetensors", "GET"):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=10)
    assert process.returncode == 130
    assert told == "\nInterrupted.\n"
