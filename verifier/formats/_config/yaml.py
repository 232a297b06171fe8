"""From a YAML document to what its tags and keys make a loader call."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Context, Yield
from verifier.formats._config import EXPRESSION, FOREIGN_MODULE, PYTHON_TAG, YAML_BOMB, YAML_MALFORMED
from verifier.formats._config.interpolation import interpolated
from verifier.formats._config.loading import Seen, expression, loading, named
from verifier.formats._config.tree import EXPANDED, Tree, read
from verifier.formats._json import Json, pointer
from verifier.formats._secrets.search import find_secrets
from verifier.formats._text import read_whole, text_of
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Reader, visible

MAX_BYTES = 8 << 20
"""Bytes of YAML read at once; vocabularies written as YAML have about 2 MB."""

MAX_RECORDS = 1000
"""Findings of one file."""

_PYTHON = "tag:yaml.org,2002:python/"
_PLAIN_PYTHON = frozenset(
    f"{_PYTHON}{name}"
    for name in ("bool", "bytes", "complex", "dict", "float", "int", "list", "long", "none", "str", "tuple", "unicode")
)
_CALLING = re.compile(r"!(?P<how>new|name|apply|module):(?P<path>.*)")
_SUSPECT = re.compile(r"!!python|!python|_target_|!new:|!apply:|!name:|loader_module")


def inspect_yaml(artifact: Artifact, reader: Reader, context: Context, how: str) -> Iterator[Yield]:
    """Walks the tree and its tags."""
    raw = read_whole(reader, context.budget, MAX_BYTES)
    text = text_of(raw)
    if text is None:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is named as YAML but is no text", how)
        return
    yield from find_secrets(artifact, raw, how)
    try:
        tree = read(text)
    except Malformed as error:
        message = f"The file is named as YAML, but {error.message}."
        yield Finding(YAML_MALFORMED, (Evidence(artifact.name, error.message, how),), message)
        gap = "it names what loaders call, and cannot be read" if _SUSPECT.search(text) else ""
        yield Coverage(artifact.name, CoverageState.PARTIAL if gap else CoverageState.INSPECTED, gap, how)
        return
    name = artifact.file_name.lower()
    for count, record in enumerate(_records(artifact, name, tree, how)):
        if count == MAX_RECORDS:
            raise BudgetExceeded(f"the file has more than {MAX_RECORDS} findings")
        yield record
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", how)


def _records(artifact: Artifact, name: str, tree: Tree, how: str) -> Iterator[Yield]:
    if tree.expanded > EXPANDED:
        what = f"more than {EXPANDED} nodes and characters by its aliases"
        yield Finding(YAML_BOMB, (Evidence(artifact.name, what, how),), f"The file expands to {what}.")
    for tag in tree.tags:
        for seen in _tagged(tag.name):
            evidence = Evidence(artifact.name, f"line {tag.line}: {tag.name}", how)
            yield Finding(seen.rule, (evidence,), seen.message)
    for document in tree.documents:
        yield from _document(artifact, name, document, how)


def _tagged(tag: str) -> Iterator[Seen]:
    if tag.startswith(_PYTHON) and tag not in _PLAIN_PYTHON:
        kind, _, path = tag.removeprefix(_PYTHON).partition(":")
        found = list(named(f"!!python/{kind}", path))
        if not found and "." not in path:
            shown = f"!!python/{visible(kind, 40)}:{visible(path, 80)}"
            message = f"A loader that is not safe makes a Python object of {shown}."
            found = [Seen(PYTHON_TAG, kind, path, message)]
        yield from found
    elif calls := _CALLING.fullmatch(tag):
        yield from named(f"!{calls['how']}", calls["path"])


def _document(artifact: Artifact, name: str, document: Json, how: str) -> Iterator[Yield]:
    """All objects of a document; MONAI's expressions where something is instantiated, or they run programs."""
    expressions: list[tuple[Evidence, Seen]] = []
    instantiates = False
    stack: list[tuple[tuple[str | int, ...], Json]] = [((), document)]
    while stack:
        place, value = stack.pop()
        items: list[tuple[str | int, Json]] = []
        if isinstance(value, dict):
            items = list(value.items())
            instantiates = instantiates or "_target_" in value
            for seen in loading(value):
                yield Finding(seen.rule, (_evidence(artifact, (*place, seen.key), seen.text, how),), seen.message)
            if name == "mlmodel":
                yield from _mlmodel(artifact, place, value, how)
        elif isinstance(value, list):
            items = list(enumerate(value))
        elif isinstance(value, str) and value.startswith("$") and len(expressions) < MAX_RECORDS:
            expressions += [(_evidence(artifact, place, value, how), seen) for seen in expression("$", value)]
        for seen in interpolated(value) if isinstance(value, str) else ():
            yield Finding(seen.rule, (_evidence(artifact, place, seen.text, how),), seen.message)
        stack.extend(((*place, key), item) for key, item in reversed(items))
    yield from _expressions(expressions, instantiates=instantiates)


def _expressions(found: list[tuple[Evidence, Seen]], *, instantiates: bool) -> Iterator[Finding]:
    harmless = [evidence for evidence, seen in found if seen.rule == EXPRESSION]
    yield from (Finding(seen.rule, (place,), seen.message) for place, seen in found if seen.rule != EXPRESSION)
    if harmless and instantiates:
        message = f"The loader evaluates {len(harmless)} expressions, {visible(harmless[0].what, 80)} among them."
        yield Finding(EXPRESSION, tuple(harmless[:20]), message)


def _mlmodel(artifact: Artifact, place: tuple[str | int, ...], value: dict[str, Json], how: str) -> Iterator[Yield]:
    """MLflow imports `loader_module`, with the folder `code` on the path (mlflow/pyfunc/__init__.py)."""
    module = value.get("loader_module")
    if not isinstance(module, str) or module.partition(".")[0] in ("mlflow", "fastai", "spacy"):
        return
    evidence = _evidence(artifact, (*place, "loader_module"), module, how)
    yield Finding(FOREIGN_MODULE, (evidence,), f"MLflow imports {visible(module, 100)}, which is not part of it.")
    folder = value.get("code")
    within = f"{folder}/" if isinstance(folder, str) and folder else ""
    yield Fact("code-reference", (f"{within}{module.replace('.', '/')}.py",), evidence)


def _evidence(artifact: Artifact, place: tuple[str | int, ...], what: str, how: str) -> Evidence:
    shown = pointer(*place)
    return Evidence(artifact.name, what, how, pointer=shown if len(shown) <= 1000 else None)
