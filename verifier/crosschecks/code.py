"""Which Python files loading a model would run, and what configurations name in vain."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, dirname, join, normpath

from verifier.records import Dossier, Evidence, Fact, Finding, parameters

ON_LOAD = "code-runs-on-load"
MISSING = "code-reference-missing"
RULES = (ON_LOAD, MISSING)

HOW = "code/1"

ENTRY_POINTS = frozenset({"custom_generate/generate.py", "handler.py", "hubconf.py"})
"""Files that are loaded for their names alone: transformers' `custom_generate`, inference endpoints, `torch.hub`."""

SHOWN = 20
"""Places a finding lists at most."""


def check(dossier: Dossier) -> Iterator[Finding]:
    """Yields the files that run when the model is loaded, and the references that lead nowhere.

    Facts are of kind `code-reference` (paths that a configuration names) and `python-imports` (modules that a file
    imports, relative ones with their dots).
    """
    paths = {artifact.path for artifact in dossier.snapshot.artifacts}
    names = {artifact.name: artifact.path for artifact in dossier.snapshot.artifacts}
    why: dict[str, str] = dict.fromkeys(sorted(ENTRY_POINTS & paths), "is loaded for its name")
    for fact in dossier.facts:
        if fact.kind == "code-reference" and fact.evidence.artifact in names and isinstance(fact.value, tuple):
            wanted = sorted({normpath(str(path)) for path in fact.value})
            why.update((path, f"is named in {fact.evidence.artifact}") for path in wanted if path in paths)
            missing = tuple(path for path in wanted if path not in paths)
            if missing:
                message = f"{fact.evidence.artifact} names {missing[0]}, which is not there."
                yield Finding(MISSING, (fact.evidence,), message, parameters(missing=missing[:SHOWN]))
    _follow(why, {names[f.evidence.artifact]: f for f in dossier.facts if _of_file(f, names)}, paths)
    if why:
        shown = {artifact.path: artifact.name for artifact in dossier.snapshot.artifacts}
        evidence = tuple(Evidence(shown[path], why[path], HOW) for path in sorted(why)[:SHOWN])
        more = f" and {len(why) - 1} more" if len(why) > 1 else ""
        message = f"Loading the model, where code of the repository is allowed, runs {min(why)}{more}."
        yield Finding(ON_LOAD, evidence, message, parameters(files=tuple(sorted(why)[:SHOWN])))


def _of_file(fact: Fact, names: dict[str, str]) -> bool:
    return fact.kind == "python-imports" and fact.evidence.artifact in names and isinstance(fact.value, tuple)


def _follow(why: dict[str, str], imports: dict[str, Fact], paths: set[str]) -> None:
    """Adds the files that files already there import."""
    queue = list(why)
    for path in queue:
        fact = imports.get(path)
        for module in fact.value if fact is not None and isinstance(fact.value, tuple) else ():
            for file in _files(dirname(path), str(module)):
                if file in paths and file not in why:
                    why[file] = f"is imported by {basename(path)}"
                    queue.append(file)


def _files(folder: str, module: str) -> Iterator[str]:
    """Where a module may stand: beside the file, or above it by as many steps as the name has further dots."""
    bare = module.lstrip(".")
    steps = [".."] * max(0, len(module) - len(bare) - 1)
    parts = bare.split(".") if bare else []
    for end in range(len(parts) + 1):
        place = normpath(join(folder, *steps, *parts[:end]))
        if end:
            yield f"{place}.py"
        yield normpath(join(place, "__init__.py"))
