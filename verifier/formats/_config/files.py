"""Which files of their own repository configurations name, by which libraries find the parts of a model."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join

from verifier.formats._json import Json, within


def named_files(path: str, document: Json) -> list[str]:
    """The files and folders, relative to the top of the repository, without which the model is not whole; sorted.

    Args:
        path: of the configuration.
        document: what it holds.
    """
    folder, _, name = path.rpartition("/")
    read = _READ.get(name)
    return sorted({join(folder, named) for named in read(document) if named}) if read is not None else []


def _components(index: Json) -> Iterator[str]:
    """Folders of a diffusers pipeline: `[library, class]` each; an optional part that is left out is `[null, null]`."""
    for component, value in index.items() if isinstance(index, dict) else ():
        written = isinstance(value, list) and len(value) == 2 and all(isinstance(text, str) for text in value)
        if written and not component.startswith("_"):
            yield component


def _modules(modules: Json) -> Iterator[str]:
    """Folders of sentence-transformers' modules; `Normalize` has nothing to keep, and git keeps no empty folder."""
    for module in modules if isinstance(modules, list) else ():
        kind, place = (module.get("type"), module.get("path")) if isinstance(module, dict) else (None, None)
        if isinstance(kind, str) and isinstance(place, str) and not kind.endswith(".Normalize"):
            yield place


def _graphs(document: Json) -> Iterator[str]:
    """The graphs that onnxruntime-genai opens (`model.decoder.filename` and the like)."""
    for _, value in within(None, document):
        name = value.get("filename") if isinstance(value, dict) else None
        if isinstance(name, str):
            yield name


_READ = {"genai_config.json": _graphs, "model_index.json": _components, "modules.json": _modules}
