"""Prints how many models of a json-v1 report are accepted, rejected, undecided, and failed, as one line of JSON."""

import json
import sys
from collections import Counter
from pathlib import Path

report = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
counted = Counter(verdict["outcome"] for verdict in report["verdicts"])
counted["failed"] = len(report["errors"])
kinds = ("accepted", "rejected", "undecided", "failed")
sys.stdout.write(json.dumps({kind: counted[kind] for kind in kinds}) + "\n")
