"""`verify waive` and `verify renew`."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from verifier.cli import main

TODAY = datetime.now(UTC).date()
SIGNED = ["--owner", "ana", "--reason", "read it"]


def test_a_waiver_is_written_and_holds(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["waive", "coverage.unknown-format", "./models/gap", *SIGNED]) == 2
    assert "Only shipped policies are in force" in capsys.readouterr().err
    ours = repository / "verify.toml"
    ours.write_text("version = 1\n")
    assert main(["waive", "coverage.unknown-format", "./models/gap"]) == 2
    assert "--reason and --owner" in capsys.readouterr().err
    assert main(["waive", "coverage.unknown-format", "./models/gap", *SIGNED]) == 0
    end = TODAY + timedelta(90)
    assert capsys.readouterr().out == (
        f"verify.toml: coverage.unknown-format is set aside for ./models/gap until {end}.\n"
    )
    assert main(["./models/gap"]) == 0
    assert f"waived by ana until {end}: read it" in capsys.readouterr().out
    (repository / "models/gap/weights.bin").write_bytes(b"\1\2\3\4 other bytes")
    assert main(["./models/gap", "-q"]) == 3


@pytest.mark.parametrize(
    ("model", "named"),
    [
        ("org/name", {"model": "org/name"}),
        (f"org/name@{'a' * 40}", {"model": f"org/name@{'a' * 40}"}),
        ("org/*", {"model": "org/*"}),
        ("https://example.org/a.bin", {"model": "https://example.org/a.bin"}),
    ],
)
def test_how_a_waiver_names_its_model(repository: Path, model: str, named: dict[str, str]) -> None:
    ours = repository / "ours.toml"
    ours.write_text("version = 1\n")
    end = TODAY + timedelta(9)
    chosen = ["--policy", "ours.toml", "--expires", str(end)]
    assert main(["waive", "pickle-unsafe-call", model, *SIGNED, *chosen]) == 0
    entry = {"rule": "pickle-unsafe-call", **named, "reason": "read it", "owner": "ana", "expires": end}
    assert tomllib.loads(ours.read_text())["waive"] == [entry]


def test_a_waiver_does_not_follow_a_branch(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "verify.toml").write_text("version = 1\n")
    assert main(["waive", "pickle-unsafe-call", "org/name@main", *SIGNED]) == 2
    assert "does not follow branches and tags" in capsys.readouterr().err


def test_waivers_that_end_are_listed_and_renewed(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours = repository / "verify.toml"
    ours.write_text("version = 1\n")
    assert main(["waive", "pickle-unsafe-call", "org/a", *SIGNED, "--expires", str(TODAY + timedelta(9))]) == 0
    assert main(["waive", "pickle-unsafe-call", "org/b", *SIGNED, "--expires", str(TODAY + timedelta(60))]) == 0
    before = ours.read_text()
    capsys.readouterr()
    assert main(["renew"]) == 0
    assert capsys.readouterr().out == f"{TODAY + timedelta(9)}  pickle-unsafe-call  org/a  ana: read it\n"
    assert main(["renew", "--expiring"]) == 2
    assert ours.read_text() == before
    assert main(["renew", "--expiring", "--owner", "bob"]) == 0
    entries = tomllib.loads(ours.read_text())["waive"]
    assert [(entry["owner"], entry["expires"] - TODAY) for entry in entries] == [
        ("bob", timedelta(90)),
        ("ana", timedelta(60)),
    ]


def test_entries_go_into_one_file(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for one in ("a", "b"):
        (repository / f"{one}.toml").write_text("version = 1\n")
    both = ["--policy", "a.toml", "--policy", "b.toml"]
    assert main(["waive", "pickle-unsafe-call", "org/a", *SIGNED, *both]) == 2
    assert "Entries go into one policy, not into a.toml and b.toml." in capsys.readouterr().err
