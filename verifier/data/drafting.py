"""Drafts what the classes of a model type store: `python -m verifier.data.drafting MODEL_TYPE`.

A command for developers: transformers makes the classes in the sizes of `drafting.toml` and saves them, and what the
files hold is put as arithmetic on the settings. Prints `architectures/<model type>.toml` for review.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations_with_replacement, product
from pathlib import Path
from typing import Any, Final, TypeAlias

from verifier.data.architectures import ANY, evaluated, numberless
from verifier.data.registries import read

Rows: TypeAlias = dict[str, Counter[tuple[int, ...]]]
"""Names of tensors, with `#` for their numbers, to their shapes and how many have each."""

VARIANTS: Final = 3
"""Sizes in which a class is made."""


def draft(model_type: str) -> str:
    """The file for a model type; a size that is no simple arithmetic stands as `_`.

    Classes that refuse the sizes are named on standard error and left out.
    """
    config, classes = library(model_type)
    bare = min(classes, key=len)
    prefix = f"{classes[bare].base_model_prefix}."
    said = [small(config, number) for number in range(VARIANTS)]
    known = [{**dict(_flat("", config(**one).to_dict())), "num_labels": one["num_labels"]} for one in said]
    rows = {}
    for name, cls in classes.items():
        try:
            stored = [_stored(cls, config(**one), prefix) for one in said]
        except ValueError as error:
            sys.stderr.write(f"not drafted: {name}: {error}\n")
        else:
            rows[name.removeprefix(bare.removesuffix("Model"))] = _lines(stored, known)
    tied = {
        numberless(str(name)) for cls in classes.values() for name in getattr(cls, "_tied_weights_keys", None) or ()
    }
    head = {"name": bare.removesuffix("Model"), "prefix": prefix, "tied": sorted(tied)}
    told = "".join(f"{key} = {json.dumps(value)}\n" for key, value in head.items() if value)
    return told + _table("otherwise", _otherwise(config)) + "".join(_parts(rows))


def library(model_type: str) -> tuple[Any, dict[str, Any]]:
    """The configuration transformers has of a model type, and by name the models it stores."""
    transformers: Any = importlib.import_module("transformers")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    config = transformers.CONFIG_MAPPING[model_type]
    modeling = importlib.import_module(config.__module__.replace("configuration_", "modeling_"))
    named = {name: getattr(modeling, name) for name in modeling.__all__ if "retrained" not in name.replace("T", "t")}
    return config, {name: cls for name, cls in named.items() if getattr(cls, "config_class", None) is config}


def small(config: Any, number: int) -> dict[str, Any]:
    """Arguments of a configuration for one of the sizes, of its parts too."""
    sizes = read("drafting.toml")["sizes"]
    settings = config().to_dict()
    said: dict[str, Any] = {key: several[number] for key, several in sizes.items() if key in settings}
    for index, (part, cls) in enumerate((getattr(config, "sub_configs", None) or {}).items()):
        said[part] = small(cls, (number + index) % VARIANTS)
    return {**said, "num_labels": sizes["num_labels"][number]}


def _stored(cls: Any, config: Any, prefix: str) -> Rows:
    """What the library saves of a model it makes."""
    with tempfile.TemporaryDirectory() as folder:
        cls(config).save_pretrained(folder)
        content = (Path(folder) / "model.safetensors").read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    header.pop("__metadata__", None)
    rows: Rows = {}
    for name, entry in header.items():
        rows.setdefault(numberless(name).removeprefix(prefix), Counter())[tuple(entry["shape"])] += 1
    return rows


def _flat(before: str, values: dict[str, Any]) -> Iterator[tuple[str, int]]:
    for key, value in values.items():
        if type(value) is int and value > 0:
            yield before + key, value
        elif isinstance(value, dict):
            yield from _flat(f"{before}{key}.", value)


def _lines(stored: list[Rows], known: list[dict[str, int]]) -> dict[str, str]:
    """By name how many tensors there are, and their shape."""
    lines = {}
    for name in sorted(set.intersection(*(set(one) for one in stored))):
        count = _arithmetic([one[name].total() for one in stored], known)
        shapes = [next(iter(one[name])) for one in stored]
        plain = all(len(one[name]) == 1 for one in stored)
        sizes = [_arithmetic(dims, known) for dims in zip(*shapes, strict=True)] if plain else ["..."]
        lines[name] = f"{count}: {' '.join(sizes)}".rstrip()
    return lines


def _arithmetic(values: Sequence[int], known: list[dict[str, int]]) -> str:
    """The simplest arithmetic on settings that gives the values in all sizes."""
    if len(set(values)) == 1:
        return str(values[0])
    keys = [key for key in known[0] if all(key in one for one in known) and len({one[key] for one in known}) > 1]
    keys.sort(key=lambda key: key.count("."))
    return next((one for one in _candidates(keys) if [evaluated(one, said) for said in known] == [*values]), ANY)


def _candidates(keys: Sequence[str]) -> Iterator[str]:
    yield from keys
    yield from (f"{factor}*{key}" for key, factor in product(keys, (2, 3, 4)))
    yield from (f"{key}{number:+}" for key, number in product(keys, (-1, 1, 2)))
    yield from (f"{one}*{other}" for one, other in combinations_with_replacement(keys, 2))
    yield from (f"{one}{sign}{other}" for sign, one, other in product("/+-", keys, keys))
    yield from (f"{one}/{other}*{one}/{other}{more}" for one, other, more in product(keys, keys, ("", "+1")))
    yield from (f"{one}*{other}+2*{third}*{other}" for one, other, third in product(keys, keys, keys))
    yield from (f"{one}/{other}*{third}" for one, other, third in product(keys, keys, keys))


def _otherwise(config: Any) -> dict[str, str]:
    """Settings that follow from others where they are not said."""
    rules: dict[str, str] = read("drafting.toml")["otherwise"]
    settings = config(**{key: value for key, value in small(config, 0).items() if key not in rules}).to_dict()
    known = dict(_flat("", settings))
    there = {key: rule for key, rule in rules.items() if key in settings}
    return {key: rule for key, rule in there.items() if settings[key] in (None, evaluated(rule, known))}


def _parts(rows: dict[str, dict[str, str]]) -> Iterator[str]:
    """The tables: what classes without the model's parts lack, the model's tensors, and those of heads."""
    model = rows.pop("Model")
    rows = {head: lines for head, lines in rows.items() if 3 * len(model.keys() & lines.keys()) > len(model)}
    free = set(read("drafting.toml")["free"]["parts"])
    gone = {head: model.keys() - lines.keys() for head, lines in rows.items()}
    whole = {head: sorted(_firsts(names) - _firsts(model.keys() - names) - free) for head, names in gone.items()}
    loose = {name for head, names in gone.items() for name in names if name.partition(".")[0] not in whole[head]}
    optional = {name: line for name, line in model.items() if name in loose or name.partition(".")[0] in free}
    yield _table("lacks", {head: parts for head, parts in whole.items() if parts})
    yield _table("tensors", {name: line for name, line in model.items() if name not in optional})
    yield _table("optional", optional)
    for head, lines in sorted(rows.items()):
        yield _table(f"heads.{head}", {name: lines[name] for name in sorted(lines.keys() - model.keys())})


def _firsts(names: Iterable[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def _table(name: str, lines: Mapping[str, object]) -> str:
    told = "".join(f"{json.dumps(key)} = {json.dumps(value)}\n" for key, value in lines.items())
    return f"\n[{name}]\n{told}" if told or name.startswith("heads.") else ""


def main(arguments: list[str] | None = None) -> None:
    """Prints the draft."""
    parser = argparse.ArgumentParser(prog="python -m verifier.data.drafting", description=__doc__)
    parser.add_argument("model_type", metavar="MODEL_TYPE", help="as `model_type` in config.json names it")
    sys.stdout.write(draft(parser.parse_args(arguments).model_type))


if __name__ == "__main__":
    main()
