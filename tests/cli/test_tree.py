from __future__ import annotations

from dataclasses import replace

from tests.builders.verdicts import COMMIT, everything, rejected, snapshot, verdict
from verifier.cli.tree import lines
from verifier.records import Edge, EdgeKind, Evidence, Verdict

WHERE = Evidence("config.json", "x", "json/1")


def linked(name: str, *edges: Edge, loads: tuple[Verdict, ...] = ()) -> Verdict:
    base = verdict(of=snapshot(name), dependencies=loads)
    return replace(base, dossier=replace(base.dossier, edges=edges))


def test_each_link_is_a_line_with_what_became_of_it() -> None:
    assert list(lines(everything())) == [
        f"org/name@{COMMIT}  rejected",
        f"├── tokenizer  org/base@{COMMIT}  accepted",
        "├── derived-from  org/origin@v1  a claim; not loaded",
        f"└── loads-code  org/code@{COMMIT}  not verified here",
    ]


def test_trees_nest_and_cycles_end() -> None:
    inner = linked("org/b", Edge(EdgeKind.TOKENIZER, "org/a", None, WHERE))
    outer = linked(
        "org/a",
        Edge(EdgeKind.LOADS_CODE, "org/b", None, WHERE),
        Edge(EdgeKind.LOADS_CODE, "org/b", None, WHERE),
        Edge(EdgeKind.LOADS_WEIGHTS, "org/c", None, WHERE),
        loads=(inner, rejected(of=snapshot("org/c"))),
    )
    assert list(lines(outer)) == [
        f"org/a@{COMMIT}  accepted",
        f"├── loads-code  org/b@{COMMIT}  accepted",
        "│   └── tokenizer  org/a  not verified here",
        f"└── loads-weights  org/c@{COMMIT}  rejected",
    ]


def test_names_from_a_model_are_printable() -> None:
    assert list(lines(linked("\x1b[2J", Edge(EdgeKind.DERIVED_FROM, "\x1b]x", None, WHERE))))[1].isprintable()
