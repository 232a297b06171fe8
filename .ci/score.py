"""Scores the tool over a labelled set of samples against floors that only rise.

Usage: score.py FOLDER, where FOLDER holds `shared.tar.xz` and its scorer `score.py`.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent


def rates(rows: list[dict[str, str]]) -> dict[str, float]:
    """Percentages by label: how many were rejected, stopped at all, crashed or ran out of time."""

    def share(label: str, verdicts: set[str]) -> float:
        of_label = [row for row in rows if row["label"] == label]
        return 100 * sum(row["verdict"] in verdicts for row in of_label) / len(of_label)

    stopped = {"detected", "inconclusive"}
    return {
        "malicious-rejected": share("malicious", {"detected"}),
        "malicious-stopped": share("malicious", stopped),
        "malformed-stopped": share("malformed", stopped),
        "benign-accepted": share("benign", {"clean"}),
        "benign-not-rejected": share("benign", {"clean", "inconclusive"}),
        "no-crash-or-timeout": 100 * sum(row["verdict"] not in {"crash", "timeout"} for row in rows) / len(rows),
    }


def main() -> int:
    """Runs the scorer and compares with the floors; 1 where one is missed."""
    folder = Path(sys.argv[1]).resolve()
    floors: dict[str, float] = tomllib.loads((HERE / "floors.toml").read_text())["floors"]
    with tempfile.TemporaryDirectory() as work:
        with tarfile.open(folder / "shared.tar.xz") as archive:
            archive.extractall(work, filter="data")
        out = Path(work, "results")
        argv = "verify model {path} --format json --offline"
        score = [sys.executable, str(folder / "score.py"), "run", "--tool", "ours", "--entry", "verifier.cli:main"]
        score += ["--argv", argv, "--python", sys.executable, "--set", f"shared={work}/shared", "--out", str(out)]
        subprocess.run(score, check=True)
        rows = list(csv.DictReader((out / "ours.csv").open()))
    missed = 0
    for name, rate in rates(rows).items():
        verdict = "ok" if rate >= floors[name] else "BELOW THE FLOOR"
        missed += rate < floors[name]
        print(f"{name:22} {rate:6.2f} %  floor {floors[name]:6.2f} %  {verdict}")
    for row in rows:
        wrong = row["label"] != "grey" and (row["label"] == "benign") != (row["verdict"] == "clean")
        if row["verdict"] in {"crash", "timeout"} or (wrong and "-v" in sys.argv):
            print(row["label"], row["verdict"], row["format"], row["technique"], row["path"])
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
