"""What a finder yields: one place in a source tree where a model is named, and where its revision would be written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from verifier.sources.reference import is_hub_id

COMMIT = re.compile(r"[0-9a-f]{40}")

SPLIT = re.compile("\r\n|\n|\r")
"""Line ends, as Python, TOML, YAML and shells see them."""


class Kind(StrEnum):
    """What stands at the place."""

    HUB = "hub"
    """A repository of the hub."""
    ELSEWHERE = "elsewhere"
    """A model whose place is not one that can be locked: a repository of code, or one that a library chooses."""
    RUN_TIME = "run-time"
    """A model whose name, or whose revision, is only known when the program runs."""
    UNSAFE = "unsafe"
    """A call that may execute what it reads."""
    UNREAD = "unread"
    """A file that seems to name models and could not be read."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that pins a reference: `text[start:end]` becomes `before + commit + after`."""

    start: int
    end: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that names a model.

    Args:
        kind: what stands there.
        line: number of the line, from 1.
        via: what uses the model, as `AutoModel.from_pretrained` or `vllm serve`.
        name: hub id; else what is written there.
        revision: branch, tag or commit written beside it; None for none.
        why: for other kinds than HUB, one clause that says more; may be empty.
        edit: how to pin it; None where it is pinned or cannot be.
    """

    kind: Kind
    line: int
    via: str
    name: str
    revision: str | None = None
    why: str = ""
    edit: Edit | None = None


_SUFFIXES = (
    *(".bin", ".ckpt", ".gguf", ".h5", ".json", ".keras", ".model", ".npy", ".npz", ".onnx", ".pickle", ".pkl"),
    *(".pt", ".pth", ".py", ".safetensors", ".tar", ".gz", ".txt", ".yaml", ".yml", ".zip"),
)
"""Ends of names of files, which repositories do not have."""

_FOLDERS = frozenset(
    (
        *("checkpoint", "checkpoints", "ckpt", "ckpts", "data", "dist", "exp", "experiments", "local", "logs"),
        *("model", "models", "out", "output", "outputs", "pretrained", "result", "results", "runs"),
        *("saved_model", "saved_models", "test", "tmp", "weights", "path", "your-org"),
    )
)
"""First parts of paths that programs write their own models to; on the hub no models are kept under these names."""


def repository(text: str, *, bare: bool = False) -> tuple[str, str | None] | None:
    """The hub id and revision that a text names; None for a path, or anything else.

    Args:
        text: as `org/name`, `org/name@revision`, `hf://org/name`.
        bare: whether a name without an organization is an id too.
    """
    stripped = text.removeprefix("hf://").removeprefix("https://huggingface.co/")
    name, _, revision = stripped.partition("@")
    given = stripped != text
    if not is_hub_id(name) or name.lower().endswith(_SUFFIXES) or name.replace("/", "").isdigit():
        return None
    first, slash, _ = name.partition("/")
    if (not slash and not bare) or (not given and first.lower() in _FOLDERS):
        return None
    return name, revision or None


RESOLVED = re.compile(
    r"https://(?:huggingface\.co|hf\.co)/([\w.-]+/[\w.-]+)/(?:resolve|raw|blob)/([\w.-]+)/[^\s\"'`\\]+"
)
"""The URL of a file of a hub repository at a revision; datasets and spaces have a longer path."""


def linked(text: str, line: int) -> list[Mention]:
    """The hub files whose URLs stand in a text."""
    found = []
    for match in RESOLVED.finditer(text):
        if match[1].split("/")[0] not in ("datasets", "spaces", "api"):
            number = line + text.count("\n", 0, match.start())
            found.append(Mention(Kind.HUB, number, "URL", match[1], match[2]))
    return found
