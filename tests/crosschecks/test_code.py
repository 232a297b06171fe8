"""Which files loading runs: those that configurations name, what they import in turn, and those loaded by name."""

from __future__ import annotations

from tests.builders.dossiers import artifact, snapshot
from verifier.crosschecks import code
from verifier.records import Artifact, Dossier, Evidence, Fact, Finding


def reference(*paths: str, at: str = "config.json") -> Fact:
    return Fact("code-reference", paths, Evidence(at, "auto_map", "json/1"))


def imports(path: str, *modules: str) -> Fact:
    return Fact("python-imports", modules, Evidence(path, "modules", "python/1"))


def check(*artifacts: Artifact, facts: tuple[Fact, ...] = ()) -> list[Finding]:
    return list(code.check(Dossier(snapshot(*artifacts), facts=facts)))


def files(*paths: str) -> tuple[Artifact, ...]:
    return tuple(artifact(path, 1, "python") for path in paths)


def test_code_nothing_loads_is_quiet() -> None:
    assert check(*files("train.py", "config.json", "sub/handler.py")) == []


def test_references_are_followed_through_imports() -> None:
    paths = ("config.json", "modeling.py", "configuration.py", "util/a.py", "util/__init__.py", "other.py", "up.py")
    facts = (
        reference("modeling.py"),
        imports("modeling.py", ".configuration", ".util.a", "torch"),
        imports("util/a.py", "..up"),
        imports("other.py", "modeling"),
    )
    (found,) = check(*files(*paths), facts=facts)
    assert found.rule == "code-runs-on-load"
    named = dict(found.parameters)["files"]
    assert named == ("configuration.py", "modeling.py", "up.py", "util/__init__.py", "util/a.py")
    assert found.message.endswith("runs configuration.py and 4 more.")


def test_entry_points_run_for_their_names() -> None:
    (found,) = check(*files("handler.py", "helper.py"), facts=(imports("handler.py", "helper"),))
    assert [place.what for place in found.evidence] == ["is loaded for its name", "is imported by handler.py"]
    assert len(check(*files("custom_generate/generate.py"))) == 1
    assert len(check(*files("hubconf.py"))) == 1


def test_references_to_nothing_are_told() -> None:
    found = check(*files("config.json"), facts=(reference("modeling.py", "../x.py"),))
    assert [(f.rule, dict(f.parameters)["missing"]) for f in found] == [
        ("code-reference-missing", ("../x.py", "modeling.py"))
    ]


def test_circles_end_and_members_of_archives_are_left_out() -> None:
    facts = (reference("a.py"), imports("a.py", ".b"), imports("b.py", ".a", "."), imports("x.zip!c.py", ".a"))
    (found,) = check(*files("config.json", "a.py", "b.py"), facts=facts)
    assert dict(found.parameters)["files"] == ("a.py", "b.py")
    assert check(*files("a.py"), facts=(reference("a.py", at="x.zip!config.json"),)) == []
