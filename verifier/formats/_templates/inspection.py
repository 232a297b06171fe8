"""Templates in, findings and facts out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats._json import Json, pointer
from verifier.records import Evidence, Fact, Finding, visible

MAX_TEMPLATES = 100
"""Templates of one file; genuine files have a handful."""

MAX_CHARACTERS = 256 << 10
"""Characters of all templates of one file; parsing them takes seconds."""

MAX_PLACES = 20
"""Places a finding lists at most."""

_THROUGH = {
    "template-unsafe-expression": "no conversation needs that, and outside a sandbox it runs any code.",
    "template-unknown-call": "nobody knows what that does.",
    "template-loads-template": "what is rendered then stands somewhere else.",
    "template-gated-content": "what the model is told changes behind the back of whoever asks.",
}


class TemplateText(NamedTuple):
    """A template, what it is called, and where it stands: a JSON pointer or a byte offset."""

    name: str
    text: str
    offset: int | None = None
    pointer: str | None = None


def inspect_template(
    artifact_name: str, text: str, how: str, pointer: str | None = None, *, offset: int | None = None
) -> Iterator[Finding]:
    """Yields what rendering a chat template would do that it should not; one finding a rule.

    Args:
        artifact_name: `Artifact.name` of the file the template stands in.
        text: the template.
        how: the calling format's `Format.how`.
        pointer: JSON pointer of the template where the file is JSON.
        offset: byte offset of the template where it has one.

    Raises:
        BudgetExceeded: longer than any genuine template, or nested too deeply.
    """
    if not _is_template(text):
        return
    from verifier.formats._templates.expressions import sights
    from verifier.formats._templates.gates import gates
    from verifier.formats._templates.parsing import parse

    try:
        tree = parse(text)
    except Malformed as error:
        place = Evidence(artifact_name, error.message, how, offset, pointer=pointer)
        yield Finding("template-malformed", (place,), f"A chat template cannot be parsed: {error.message}.")
        return
    seen: dict[str, dict[Evidence, str]] = {}
    for sight in (*sights(tree), *gates(tree)):
        place = Evidence(artifact_name, f"line {sight.line}: {sight.what}", how, offset, pointer=pointer)
        seen.setdefault(sight.rule, {}).setdefault(place, sight.what)
    for rule, places in sorted(seen.items()):
        message = f"The chat template {next(iter(places.values()))}; {_THROUGH[rule]}"
        yield Finding(rule, tuple(places)[:MAX_PLACES], message)


def inspect_templates(artifact_name: str, value: Json, how: str, pointer: str) -> Iterator[Finding | Fact]:
    """Yields findings and facts about all templates of a configuration's `chat_template`.

    Args:
        artifact_name: `Artifact.name` of the file.
        value: a template, a list of `{"name": ..., "template": ...}`, or an object of templates by name.
        how: the calling format's `Format.how`.
        pointer: JSON pointer of the value.

    Raises:
        BudgetExceeded: more or longer templates than any genuine file has.
    """
    texts = (TemplateText(name, text, pointer=pointer + step) for name, text, step in _templates(value))
    yield from inspect_all(artifact_name, texts, how)


def inspect_all(artifact_name: str, templates: Iterable[TemplateText], how: str) -> Iterator[Finding | Fact]:
    """Yields findings and facts about all templates of a file; what has none of Jinja's marks is no template.

    Raises:
        BudgetExceeded: more or longer templates than any genuine file has.
    """
    count = characters = 0
    for template in templates:
        name, text = template.name, template.text
        if not _is_template(text):
            continue
        count += 1
        characters += len(text)
        if count > MAX_TEMPLATES or characters > MAX_CHARACTERS:
            raise BudgetExceeded(f"more than {MAX_TEMPLATES} templates, or {MAX_CHARACTERS} characters of them")
        yield template_fact(artifact_name, name, text, how, template.pointer, offset=template.offset)
        yield from inspect_template(artifact_name, text, how, template.pointer, offset=template.offset)


def template_fact(
    artifact_name: str, name: str, text: str, how: str, pointer: str | None = None, *, offset: int | None = None
) -> Fact:
    """The fact `chat-template`: the template's name and the SHA-256 of its text as jinja2 sees it.

    jinja2 reads every line end as a line feed and leaves out the last one.
    """
    seen = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    digest = hashlib.sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()
    place = Evidence(artifact_name, f"{name}, {len(text)} characters", how, offset, pointer=pointer)
    return Fact("chat-template", (visible(name), digest), place)


def _is_template(text: str) -> bool:
    return any(mark in text for mark in ("{{", "{%", "{#"))


def _templates(value: Json) -> Iterator[tuple[str, str, str]]:
    """Name, text and the rest of the pointer of each template."""
    if isinstance(value, str):
        yield "default", value, ""
    elif isinstance(value, dict):
        for name, text in value.items():
            if isinstance(text, str):
                yield name, text, pointer(name)
    elif isinstance(value, list):
        for i, entry in enumerate(value):
            template = entry.get("template") if isinstance(entry, dict) else entry
            title = entry.get("name") if isinstance(entry, dict) else None
            if isinstance(template, str):
                step = pointer(i, "template") if isinstance(entry, dict) else pointer(i)
                yield (title if isinstance(title, str) else f"{i}"), template, step
