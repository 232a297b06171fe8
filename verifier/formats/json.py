"""JSON files, and what configurations in them make a loader fetch or run."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Probe, Yield
from verifier.formats._config import DUPLICATE, FOREIGN_MODULE, HUB_KERNEL, JSON_MALFORMED, REMOTE_CODE
from verifier.formats._config import RULES as LOADING_RULES
from verifier.formats._keras import RULES as KERAS_RULES
from verifier.formats._mxnet import SYMBOL_RULES
from verifier.formats._requirements import RULES as REQUIREMENT_RULES
from verifier.formats._secrets import SECRET
from verifier.formats._templates import RULES as TEMPLATE_RULES
from verifier.formats._xgboost import RULES as BOOSTER_RULES
from verifier.records import Artifact, Format, Reader

FORMAT = Format("json", 1, "JSON", suffixes=(".json",), refines=("text",))


RULES: tuple[str, ...] = (
    *BOOSTER_RULES,
    *SYMBOL_RULES,
    *(DUPLICATE, JSON_MALFORMED, REMOTE_CODE, HUB_KERNEL, FOREIGN_MODULE),
    *KERAS_RULES,
    *LOADING_RULES,
    *REQUIREMENT_RULES,
    *TEMPLATE_RULES,
    SECRET,
)


def recognize(probe: Probe) -> bool:
    """What begins as an object or an array, under a name that promises JSON."""
    begins = probe.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return probe.name.endswith((".json", ".ipynb", ".webmanifest")) and begins in (b"{", b"[")


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Parses the file as Python does and looks for what a loader would act on."""
    from verifier.formats._config.json import inspect_json

    return inspect_json(artifact, reader, context, FORMAT.how)
