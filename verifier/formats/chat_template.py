"""Chat templates in files of their own: `chat_template.jinja`, those of other names beside it, `chat_template.json`."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.errors import Malformed
from verifier.formats import Context, Probe, Yield
from verifier.formats._templates import RULES as TEMPLATE_RULES
from verifier.formats._text import begins_as_text, is_text, read_whole
from verifier.records import Artifact, Coverage, CoverageState, Format, Reader

FORMAT = Format("chat-template", 1, "chat template", suffixes=(".jinja",), refines=("text",))

RULES: tuple[str, ...] = TEMPLATE_RULES

JSON = "chat_template.json"
"""Where processors keep their template."""

MAX_BYTES = 2 << 20
"""Bytes of a file that is read."""


def recognize(probe: Probe) -> bool:
    """Text under the name of a template."""
    named = probe.name.endswith(FORMAT.suffixes) or probe.name == JSON
    return named and begins_as_text(probe)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Reads everything and parses the templates."""
    from verifier.formats._json import parse
    from verifier.formats._templates.inspection import inspect_template, inspect_templates, template_fact

    raw = read_whole(reader, context.budget, MAX_BYTES)
    if not is_text(raw[:4], [raw]) or raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is named as a template but is no text", FORMAT.how)
        return
    name = artifact.file_name
    if name.lower().endswith(FORMAT.suffixes):
        text = raw.decode("utf-8-sig")
        yield template_fact(artifact.name, _title(name), text, FORMAT.how)
        yield from inspect_template(artifact.name, text, FORMAT.how)
    else:
        try:
            document = parse(raw, exact=False).value
        except Malformed as error:
            yield Coverage(artifact.name, CoverageState.UNKNOWN, error.message, FORMAT.how)
            return
        value = document.get("chat_template") if isinstance(document, dict) else None
        yield from inspect_templates(artifact.name, value, FORMAT.how, "/chat_template")
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", FORMAT.how)


def _title(name: str) -> str:
    """What transformers calls the template of that file."""
    stem = name.rpartition(".")[0]
    return "default" if stem == "chat_template" else stem
