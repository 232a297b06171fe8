"""Costs beside the peers, as ratios measured in one run. Prints a table; exits 1 where a bar is missed.

The project and every peer get an environment of their own below .bench/, installed as users install them and kept
between runs. Pairs take turns, and the best runs of each are compared. Names of groups may be given as arguments.
BENCH_RUNS (5), BENCH_SHARD_MB (500) and BENCH_TMP, where gigabytes are written, may be set in the environment.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import hashing
import headers
import pickles
from measuring import ROOT, Row, environment

GROUPS = {
    "startup": hashing.startup,
    "shards": hashing.shards,
    "tensors": pickles.tensors,
    "forest": pickles.forest,
    "joblib": pickles.array,
    "opcodes": pickles.opcodes,
    "gguf": headers.gguf,
    "onnx": headers.onnx,
}


def main(*names: str) -> int:
    """Runs the groups of these names, or all, and prints ratios and bars."""
    environment("model-verify", str(ROOT))
    rows: list[Row] = []
    for name in names or GROUPS:
        with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_TMP")) as work:
            rows += GROUPS[name](Path(work))
    print()
    for row in rows:
        print(f"{row.name:42} {row.ratio:7.3f} x   bar {row.bar:5.2f} x   {'ok' if row.ratio <= row.bar else 'MISSED'}")
    return int(any(row.ratio > row.bar for row in rows))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
