"""Files that carry pickles, beside the scanners that people use for them."""

from __future__ import annotations

import sys
from pathlib import Path

from measuring import Cost, Row, best, environment, process, tell

VERSIONS = {"picklescan": "1.0.5", "hayward": "1.4.1", "modelscan": "0.8.8", "modelaudit": "0.2.54"}

VERDICT = "import sys, verifier; print(verifier.verify_model(sys.argv[1]).outcome)"

OPCODES = """
import sys, time
from verifier.formats import Budget, Limits
from verifier.formats._pickle.stream import PickleStream
from verifier.formats._readers import BytesReader
data = open(sys.argv[1], "rb").read()
start = time.perf_counter()
for _ in PickleStream(BytesReader(data), 0, Budget(Limits())):
    pass
print(time.perf_counter() - start)
"""
"""Our walk alone, told in seconds."""

OPCODES_OF_PICKLESCAN = """
import sys, time
from picklescan.scanner import scan_file_path
start = time.perf_counter()
scan_file_path(sys.argv[1])
print(time.perf_counter() - start)
"""


def scanners(path: Path, *names: str) -> dict[str, Cost]:
    """What each scanner's process takes for a file, and ours first."""
    commands = {
        "ours": lambda ours: (ours, "-c", VERDICT, path),
        "picklescan": lambda python: (python.with_name("picklescan"), "-p", path),
        "hayward": lambda python: (python.with_name("hayward"), "scan", path),
        "modelscan": lambda python: (python.with_name("modelscan"), "-p", path),
        "modelaudit": lambda python: (python.with_name("modelaudit"), "scan", path),
    }
    chosen = {name: commands[name](python_of(name)) for name in ("ours", *names)}
    costs = best(*(process(*command, status=(0, 1, 2, 3)) for command in chosen.values()))
    told = dict(zip(chosen, costs, strict=True))
    tell(path.name, told)
    return told


def python_of(name: str) -> Path:
    """The Python of a scanner's environment."""
    return environment(name, f"{name}=={VERSIONS[name]}") if name in VERSIONS else environment("model-verify")


WRITE_TENSORS = """
import sys, torch, zipfile
torch.save({f"layers.{at}.weight": torch.zeros(4, 4) for at in range(2000)}, sys.argv[1] + ".pt")
with zipfile.ZipFile(sys.argv[1] + ".pt") as archive, open(sys.argv[1], "wb") as file:
    file.write(next(archive.read(name) for name in archive.namelist() if name.endswith("/data.pkl")))
"""

WRITE_FOREST = """
import numpy, pickle, sys
from sklearn.ensemble import ExtraTreesClassifier
random = numpy.random.default_rng(0)
model = ExtraTreesClassifier(100, max_features=1, random_state=0, n_jobs=2)
model.fit(random.random((22_000, 8)), random.integers(0, 2, 22_000))
with open(sys.argv[1], "wb") as file:
    pickle.dump(model, file)
"""

WRITE_ARRAY = """
import joblib, numpy, sys
objects = [{"id": at, "name": f"n{at}", "values": [at, at / 2]} for at in range(10_000)]
items = 60_000_000 if "half" in sys.argv[1] else 134_000_000
joblib.dump({"array": numpy.zeros(items), "objects": objects}, sys.argv[1])
"""


WRITE_OBJECTS = """
import pickle, sys
objects = [{"id": at, "name": f"n{at}", "tags": ["a", "b"], "score": at / 2} for at in range(130_000)]
with open(sys.argv[1], "wb") as file:
    pickle.dump(objects, file, 4)
"""


def written(path: Path, program: str) -> Path:
    """The path, after another process wrote the file: a child's peak memory is never less than its parent's."""
    process(sys.executable, "-c", program, path)()
    return path


def tensors(work: Path) -> list[Row]:
    """The pickle of a checkpoint of 2,000 tensors."""
    took = scanners(written(work / "data.pkl", WRITE_TENSORS), "picklescan", "hayward", "modelscan", "modelaudit")
    bars = {"picklescan": 0.5, "hayward": 0.2, "modelscan": 0.15, "modelaudit": 0.03}
    return [Row(f"2,000 tensors / {name}", took["ours"].seconds / took[name].seconds, bars[name]) for name in bars]


def forest(work: Path) -> list[Row]:
    """A forest of a few hundred megabytes; picklescan does not hash it, we do."""
    took = scanners(written(work / "forest.pkl", WRITE_FOREST), "picklescan", "hayward")
    ours, peer = took["ours"], took["picklescan"]
    return [
        Row("forest with digest / picklescan without", ours.seconds / peer.seconds, 1.0),
        Row("forest, memory / picklescan", ours.megabytes / peer.megabytes, 0.1),
        Row("forest / hayward", ours.seconds / took["hayward"].seconds, 0.2),
    ]


def array(work: Path) -> list[Row]:
    """An array with objects behind it, which other scanners do not see; hayward reads up to 500 MB."""
    half = scanners(written(work / "half.joblib", WRITE_ARRAY), "hayward")
    whole = scanners(written(work / "whole.joblib", WRITE_ARRAY))
    return [
        Row("0.5 GB joblib / hayward", half["ours"].seconds / half["hayward"].seconds, 0.2),
        Row("1 GB joblib, memory / 30 MB", whole["ours"].megabytes / 30, 1.0),
    ]


def opcodes(work: Path) -> list[Row]:
    """The rate on small objects, without start-up, digest and verdict."""
    path = written(work / "objects.pkl", WRITE_OBJECTS)
    ours, peer = best(
        process(python_of("ours"), "-c", OPCODES, path, told=True),
        process(python_of("picklescan"), "-c", OPCODES_OF_PICKLESCAN, path, told=True),
    )
    tell("small opcodes", {"ours": ours, "picklescan": peer})
    return [Row("small opcodes / picklescan", ours.seconds / peer.seconds, 0.25)]
