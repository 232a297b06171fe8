"""spaCy's configuration: functions that a pipeline has called by the name they are registered under.

What is registered by packages of spaCy's makers is known; a name of another package makes somebody's code run (thinc's
`Config`, `catalogue`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.errors import Malformed
from verifier.formats import Context, Probe, Yield
from verifier.formats._config import UNKNOWN
from verifier.formats._secrets import SECRET
from verifier.formats._text import begins_as_text, read_whole, text_of
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Finding, Format, Reader, visible

FORMAT = Format("spacy", 1, "configuration of a spaCy pipeline", refines=("text",))
RULES: tuple[str, ...] = (SECRET, UNKNOWN)

MAX_BYTES = 4 << 20
"""Bytes of a configuration; spaCy's own have about 6 kB."""

SHOWN = 20
"""Places a finding lists."""

_PACKAGES = (
    "confection spacy spacy-curated-transformers spacy-experimental spacy-huggingface-hub spacy-legacy spacy-loggers "
    "spacy-ray spacy-transformers srsly thinc"
)
_KNOWN = re.compile(rf"(?:{'|'.join(_PACKAGES.split())})\.[\w-]+\.v\d+")

_PLAIN_NAMES = (
    "Adam CategoricalCrossentropy CosineDistance L2Distance RAdam SGD SequenceCategoricalCrossentropy Softmax "
    "compounding configure_normal_init constant constant_then cyclic_triangular decaying glorot_uniform_init "
    "glorot_normal_init he_normal_init he_uniform_init lecun_normal_init lecun_uniform_init normal_init plateau "
    "slanted_triangular uniform_init warmup_linear zero_init"
)
_PLAIN = re.compile(rf"(?:{'|'.join(_PLAIN_NAMES.split())})\.v\d+")
"""What thinc registers without the name of a package."""

_FACTORY_NAMES = (
    "attribute_ruler beam_ner beam_parser curated_transformer doc_cleaner entity_linker entity_ruler "
    "future_entity_ruler lemmatizer merge_entities merge_noun_chunks merge_subtokens morphologizer ner parser "
    "sentencizer senter span_cleaner span_finder span_ruler spancat spancat_singlelabel tagger textcat "
    "textcat_multilabel tok2vec token_splitter trainable_lemmatizer trainable_transformer transformer"
)
_FACTORIES = frozenset(_FACTORY_NAMES.split())
"""Components of spaCy and its own plugins."""

_CONFIGURES = re.compile(rb"^(?:\[nlp\]|@\w+ *=)", re.MULTILINE)


def recognize(probe: Probe) -> bool:
    """Text named `.cfg` that configures a pipeline."""
    return probe.name.endswith(".cfg") and _CONFIGURES.search(probe.head) is not None and begins_as_text(probe)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Yields the registered functions and factories that nobody has reviewed."""
    from verifier.formats._secrets.search import find_secrets

    raw = read_whole(reader, context.budget, MAX_BYTES)
    text = text_of(raw)
    if text is None:
        yield Coverage(
            artifact.name, CoverageState.UNKNOWN, "it is named as a configuration but is no text", FORMAT.how
        )
        return
    yield from find_secrets(artifact, raw, FORMAT.how)
    unknown = [(line, key, name) for line, key, name in _named(text) if not _is_known(key, name)]
    if unknown:
        places = tuple(
            Evidence(artifact.name, f"line {line}: {key} = {name}", FORMAT.how) for line, key, name in unknown[:SHOWN]
        )
        _, key, name = unknown[0]
        more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        message = f"Loading by {visible(key, 40)} makes use of {visible(name, 100)}, which nobody has reviewed{more}."
        yield Finding(UNKNOWN, places, message)
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)


def _is_known(key: str, name: str) -> bool:
    if key == "factory":
        return name in _FACTORIES
    return _KNOWN.fullmatch(name) is not None or _PLAIN.fullmatch(name) is not None


def _named(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, registry and name of each function that a setting, or an object in one, has called."""
    for number, section, key, value in _settings(text):
        parsed = _parsed(value)
        if key.startswith("@") or (key == "factory" and section.startswith("components.")):
            yield number, key, parsed if isinstance(parsed, str) else value
        yield from ((number, name, text) for name, text in _calls(parsed))


def _settings(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Line, section, key and value of each setting, as `configparser` takes them apart."""
    section, key, start = "", "", 0
    value: list[str] = []
    for number, line in enumerate([*text.splitlines(), "[]"], 1):
        bare = line.strip()
        if not bare or bare.startswith(("#", ";")):
            continue
        if line[0].isspace() and key:
            value.append(bare)
            continue
        if key:
            yield start, section, key, "\n".join(value)
        key, found = "", re.search("[=:]", bare)
        if bare.startswith("[") and bare.endswith("]"):
            section = bare[1:-1]
        elif found:
            start, key, value = number, bare[: found.start()].rstrip(), [bare[found.end() :].lstrip()]


def _parsed(value: str) -> object:
    from verifier.formats._json import parse

    try:
        return parse(value.encode("utf-8", "replace"), exact=False).value
    except Malformed:
        return value


def _calls(value: object) -> Iterator[tuple[str, str]]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            yield from ((key, str(name)) for key, name in item.items() if key.startswith("@"))
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
