"""Where the program is used: the pre-commit hooks, run by pre-commit, and the action, run as a runner runs its step."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from jsonschema import Draft202012Validator
from packaging.requirements import Requirement

from tests.builders.models import poisoned_checkpoint
from tests.builders.safetensors import model_bytes
from verifier.cli._app import COMMANDS
from verifier.rules import rule_ids

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = Path(sys.executable).parent
LOCK = ROOT / ".github" / "action" / "requirements.txt"
SARIF = Draft202012Validator(json.loads((ROOT / "tests" / "data" / "sarif-2.1.0.json").read_text(encoding="utf-8")))
HOOKS = ("model-verify-code", "model-verify-files", "model-verify-lock")
COMMAND = "::set-output name=verdict::accepted"


def environment(home: Path, **more: str) -> dict[str, str]:
    """As a clean machine has it, this installation's scripts on the path."""
    path = os.pathsep.join((str(SCRIPTS), os.environ["PATH"]))
    kept = {name: value for name, value in os.environ.items() if name.startswith(("COVERAGE_", "SYSTEMROOT"))}
    return {**kept, "PATH": path, "HOME": str(home), "LANG": "C.UTF-8", **more}


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A sound model and a poisoned one, below a folder where commands run."""
    folder = tmp_path / "work"
    for name, content in {
        "sound/model.safetensors": model_bytes(3),
        "poisoned/pytorch_model.bin": poisoned_checkpoint(),
        "notes.md": b"# Notes\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


class Repository(NamedTuple):
    """A git repository whose hooks pre-commit runs."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    def commit_of(self, *paths: str) -> subprocess.CompletedProcess[str]:
        """What pre-commit says when these files are to be committed."""
        self.run("git", "add", "--", *paths)
        return self.run(sys.executable, "-m", "pre_commit", "run")


@pytest.fixture
def repository(models: Path, tmp_path: Path) -> Repository:
    """Has the published hooks configured, from this installation instead of one of pre-commit's own."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    configured = {"repos": [{"repo": "local", "hooks": [{**hook, "language": "system"} for hook in hooks]}]}
    (models / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configured), encoding="utf-8")
    repository = Repository(models, environment(tmp_path, PRE_COMMIT_HOME=str(tmp_path / "pre-commit")))
    assert repository.run("git", "init", "--quiet").returncode == 0
    repository.run("git", "add", ".pre-commit-config.yaml")
    return repository


def test_the_hook_lets_sound_models_pass(repository: Repository) -> None:
    done = repository.commit_of("sound/model.safetensors", "notes.md")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"verify model files\.+Passed", done.stdout)


def test_the_hook_stops_a_poisoned_model_and_says_why(repository: Repository) -> None:
    done = repository.commit_of("sound/model.safetensors", "poisoned/pytorch_model.bin")
    assert done.returncode == 1
    assert "exit code: 1" in done.stdout
    assert "posix.system" in done.stdout
    assert "2 models: 1 accepted, 1 rejected" in done.stdout


def test_the_hook_leaves_other_files_alone(repository: Repository) -> None:
    done = repository.commit_of("notes.md")
    assert done.returncode == 0
    assert re.search(r"verify model files\.+\(no files to check\)", done.stdout)


def test_the_hook_is_as_pre_commit_wants_it(repository: Repository) -> None:
    done = repository.run(sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"))
    assert done.returncode == 0, done.stdout
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [(hook["id"], hook["language"]) for hook in hooks] == [(name, "python") for name in HOOKS]


class Step(NamedTuple):
    """What the action's step left behind."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str
    folder: Path

    def obeyed(self) -> list[str]:
        """Lines of the log a runner takes for workflow commands."""
        return list(_commands(self.log))

    def sarif(self) -> Any:
        log = json.loads((self.folder / self.outputs["sarif-file"]).read_text(encoding="utf-8"))
        SARIF.validate(log)
        return log["runs"][0]


def _commands(log: str) -> Iterator[str]:
    token = ""
    for line in log.splitlines():
        command = line.strip()
        if token:
            token = "" if command == f"::{token}::" else token
        elif command.startswith("::stop-commands::"):
            token = command.removeprefix("::stop-commands::")
        elif command.startswith("::") or "##[" in command:
            yield command


def act(folder: Path, tmp_path: Path, **inputs: str) -> Step:
    """Runs the step of `action.yml` as a runner would; the program is this installation's."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    (step,) = action["runs"]["steps"]
    assert (action["runs"]["using"], step["shell"]) == ("composite", "bash")
    defaults = {name: re.sub(r"\$\{\{.*\}\}", "", entry.get("default", "")) for name, entry in action["inputs"].items()}
    context = {f"inputs.{name}": inputs.get(name, default) for name, default in defaults.items()}
    context["github.action_path"] = str(ROOT)
    variables = {
        name: re.sub(r"\$\{\{\s*(\S+)\s*\}\}", lambda match: context[match[1]], text)
        for name, text in step["env"].items()
    }
    output, summary = tmp_path / "output", tmp_path / "summary"
    for file in (output, summary):
        file.write_bytes(b"")
    runner = environment(
        tmp_path,
        **variables,
        MODEL_VERIFY=str(SCRIPTS / "model-verify"),
        RUNNER_TEMP=str(tmp_path / "runner"),
        GITHUB_OUTPUT=str(output),
        GITHUB_STEP_SUMMARY=str(summary),
        GITHUB_ACTIONS="true",
        CI="true",
    )
    command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
    done = subprocess.run(
        command, cwd=folder, env=runner, capture_output=True, encoding="utf-8", timeout=120, check=False
    )
    written = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
    declared = {re.sub(r".*outputs\.(\S+) .*", r"\1", entry["value"]) for entry in action["outputs"].values()}
    assert set(written) in ({*declared}, set())
    assert "Traceback" not in done.stderr
    return Step(done.returncode, done.stdout, written, summary.read_text(encoding="utf-8"), folder)


def test_the_action_passes_a_sound_model(models: Path, tmp_path: Path) -> None:
    step = act(models, tmp_path, models="  ./sound  \n\n")
    assert (step.code, step.outputs["verdict"]) == (0, "accepted")
    assert step.sarif()["results"] == []
    assert "✅ accepted" in step.summary
    assert json.loads(step.outputs["counts"]) == {"accepted": 1, "rejected": 0, "undecided": 0, "failed": 0}
    assert step.obeyed() == []
    envelope = json.loads(Path(step.outputs["json-file"]).read_text(encoding="utf-8"))
    assert envelope["format"] == "json-v1"


def test_the_action_fails_on_a_poisoned_model_and_annotates_why(models: Path, tmp_path: Path) -> None:
    step = act(models, tmp_path, models="./sound\n./poisoned", sarif="reports.sarif")
    assert (step.code, step.outputs["verdict"]) == (1, "rejected")
    assert step.outputs["sarif-file"] == "reports.sarif"
    levels = {result["level"] for result in step.sarif()["results"]}
    assert "error" in levels
    assert "❌ rejected" in step.summary
    assert any(line.startswith("::error ") and "posix.system" in line for line in step.obeyed())
    assert "posix.system" in step.log


@pytest.mark.parametrize(
    ("inputs", "code", "verdict"),
    [
        ({"models": "org/name", "offline": "true"}, 3, "undecided"),
        ({"models": "./sound", "policy": "no-such-policy"}, 2, "failed"),
        ({"models": "./sound", "sarif": "nowhere/x.sarif"}, 2, "failed"),
        ({"models": "--policy"}, 2, "failed"),
    ],
)
def test_the_action_tells_other_ends(
    models: Path, tmp_path: Path, inputs: dict[str, str], code: int, verdict: str
) -> None:
    step = act(models, tmp_path, **inputs)
    assert (step.code, step.outputs["verdict"]) == (code, verdict)


def test_the_action_marks_lines_that_name_models(models: Path, tmp_path: Path) -> None:
    code = 'from transformers import AutoModel\nAutoModel.from_pretrained("org/a")  # %s\n'
    (models / "train, x.py").write_text(code % COMMAND)
    step = act(models, tmp_path, **{"from-code": "."})
    assert (step.code, step.outputs["verdict"], step.outputs["sarif-file"]) == (1, "rejected", "")
    (line,) = step.obeyed()
    assert line.startswith("::error file=train%2C x.py,line=2,title=unpinned model::org/a ")
    assert "| unpinned | org/a" in step.summary
    log = json.loads(Path(step.outputs["code-sarif-file"]).read_text(encoding="utf-8"))
    SARIF.validate(log)
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["reference-unpinned"]
    both = act(models, tmp_path, models="./sound", **{"from-code": "notes.md"})
    assert (both.code, both.outputs["verdict"]) == (0, "accepted")
    assert both.sarif()["results"] == []


def test_the_action_wants_a_model(models: Path, tmp_path: Path) -> None:
    step = act(models, tmp_path, models=" \n")
    assert step.code == 2
    assert len(step.obeyed()) == 1


def test_no_text_of_a_model_is_obeyed_by_the_runner(models: Path, tmp_path: Path) -> None:
    (models / "sound" / COMMAND).mkdir()
    (models / "sound" / COMMAND / "weights").write_bytes(b"\1\2\3 unheard of")
    step = act(models, tmp_path, models=f"./sound\n./sound/{COMMAND}")
    assert step.code == 3
    assert any(line.strip().startswith(COMMAND) for line in step.log.splitlines())
    assert step.obeyed()
    assert all(line.startswith("::warning title=undecided%3A ") for line in step.obeyed())


def test_the_action_installs_what_the_project_asks_for_by_hash() -> None:
    """The file is made by `make action-lock`; each requirement, and what builds the project, is pinned and fits."""
    lines = LOCK.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    pins = {}
    for line in lines:
        if line and not line.startswith("#"):
            requirement, *hashes = line.split("--hash=")
            pin = Requirement(requirement)
            assert hashes, f"{pin.name} has no hash"
            assert all(re.fullmatch(r"sha256:[0-9a-f]{64}\s*", one) for one in hashes)
            (pinned,) = pin.specifier
            assert pinned.operator == "=="
            pins[pin.name] = pinned.version
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for text in [*project["project"]["dependencies"], *project["dependency-groups"]["build"]]:
        wanted = Requirement(text)
        assert wanted.specifier.contains(pins[wanted.name]), f"run make action-lock: {text}"


def test_the_readme_names_what_there_is() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = COMMANDS.intersection(re.findall(r"verify ([a-z]+)\b", text))
    assert named == COMMANDS - {"model", "version"}  # the first may be left out; the other one says what it does
    helped = "".join(
        subprocess.run(
            [SCRIPTS / "verify", *command, "--help"], capture_output=True, encoding="utf-8", check=True
        ).stdout
        for command in ([], ["model"], ["policy", "explain"], ["lock", "add"], *([word] for word in sorted(named)))
    )
    for option in re.findall(r"verify .*?(--[a-z-]+)", text):
        assert option in helped
    for rule in re.findall(r"verify explain ([a-z-]+)", text):
        assert rule in rule_ids()
    for command in re.findall(r"^\$ verify ([a-z]+) ", text, re.MULTILINE):
        assert re.search(rf"^  {command} ", helped, re.MULTILINE)
    for command in re.findall(r"verify policy ([a-z]+)", text):
        assert re.search(rf"^  {command} ", helped, re.MULTILINE)
    assert re.findall(r"- id: (\S+)", text) == list(HOOKS)
    assert all((ROOT / path).exists() for path in re.findall(r"\]\((?!https:)([^)#]+)\)", text))
