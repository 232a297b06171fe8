"""What every file of the registry of symbols keeps to."""

from __future__ import annotations

import re
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

import verifier.data
from verifier.data import Package, Shape, package

ROOM = Path(verifier.data.__file__).parent
FILES = sorted((ROOM / "globals").glob("*.toml"))
STANDARD = tomllib.loads((ROOM / "stdlib.toml").read_text(encoding="utf-8"))
HEADER = {"reviewer", "source", "date", "versions", "closed"}
USES = ("import", "call", "new", "build")
CLOSED = {"joblib", "numpy", "pandas", "scipy", "sklearn", "torch", *STANDARD["modules"].split()}
KEY = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*(?::\w+(?:\.\w+)*)?")


def registry(path: Path) -> Package:
    found = package(path.stem)
    assert found is not None
    return found


def parted(name: str, key: str) -> tuple[str, str]:
    """The module and the name that an entry's key stands for."""
    inner, _, last = key.rpartition(":" if ":" in key else ".")
    return ".".join(filter(None, (name, inner))), last


def is_bound(shape: Shape | None) -> bool:
    """Whether a shape takes only certain arguments."""
    return shape is None or not any(part.strip("*?") == "any" for part in shape.args.split(", "))


def test_every_file_says_who_reviewed_what() -> None:
    for path in FILES:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        assert path.stem.isidentifier(), path
        assert set(table) <= HEADER | {"aliases", "shapes", "danger", *USES}, path
        assert all(isinstance(table[key], str) and table[key] for key in ("reviewer", "source", "versions")), path
        assert isinstance(table["date"], date), path
        assert isinstance(table["closed"], bool), path
        assert table["closed"] or path.stem not in CLOSED, path


@pytest.mark.parametrize("use", [*USES, "danger"])
def test_entries_are_sorted_one_a_line_without_duplicates(use: str) -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        keys = list(tomllib.loads(text).get(use, ()))
        assert keys == sorted(keys), path
        assert len({key.replace(":", ".") for key in keys}) == len(keys), path
        section = re.search(rf"(?ms)^\[{use}\]\n(.*?)(?:^\[|\Z)", text)
        lines = section[1].splitlines() if section else []
        assert len([line for line in lines if line and not line.startswith("#")]) == len(keys), path


def test_every_entry_is_found_under_its_name() -> None:
    for path in FILES:
        known = registry(path)
        for use, entries in known.names().items():
            for key in entries:
                module, name = parted(path.stem, key)
                assert KEY.fullmatch(key), (path, use, key)
                assert known.relative(module, name) == key, (path, use, key)
                assert known.symbol(module, name) is not None, (path, use, key)


def test_every_danger_is_found_and_ends_a_sentence() -> None:
    for path in FILES:
        known = registry(path)
        for key, text in known.dangers.items():
            assert re.fullmatch(r"[a-z]+s,? .*[^.: ]", text), (path, key)
            assert known.danger(key) == text, (path, key)
            if key != "*":
                assert KEY.fullmatch(key), (path, key)
                assert known.relative(*parted(path.stem, key)).replace(":", ".") == key, (path, key)


def test_what_is_dangerous_is_called_under_a_contract_only() -> None:
    for path in FILES:
        known = registry(path)
        for key in {*known.names()["call"], *known.names()["new"]}:
            symbol = known.symbol(*parted(path.stem, key))
            assert symbol is not None
            bound = is_bound(symbol.called) and is_bound(symbol.made)
            assert bound or not known.danger(key), (path, key)


def test_hundreds_of_dangers_are_known() -> None:
    assert sum(len(registry(path).dangers) for path in FILES) >= 300


@pytest.mark.parametrize(
    "symbol",
    [
        "_aix_support._read_cmd_output",
        "_osx_support._read_output",
        "_pyrepl.pager.pipe_pager",
        "_win32sysloader.LoadModule",
        "asyncio.unix_events._UnixSubprocessTransport._start",
        "cProfile.runctx",
        "code.InteractiveInterpreter.runcode",
        "ctypes.CDLL",
        "distutils.file_util.write_file",
        "distutils.spawn.spawn",
        "doctest.debug_script",
        "ensurepip._run_pip",
        "idlelib.autocomplete.AutoComplete.get_entity",
        "idlelib.calltip.Calltip.fetch_tip",
        "idlelib.debugobj.ObjectTreeItem.SetText",
        "idlelib.pyshell.ModifiedInterpreter.runcommand",
        "idlelib.run.Executive.runcode",
        "imaplib.IMAP4_stream",
        "importlib.machinery.SourceFileLoader.load_module",
        "lib2to3.pgen2.grammar.Grammar.loads",
        "lib2to3.pgen2.pgen.ParserGenerator.make_label",
        "logging.config.dictConfig",
        "marshal.loads",
        "mlflow.projects.backend.local._run_entry_point",
        "multiprocessing.util.spawnv_passfds",
        "os.system",
        "pandas.read_pickle",
        "pkgutil.resolve_name",
        "profile.run",
        "pty.spawn",
        "pydoc.locate",
        "pydoc.pipepager",
        "pydoc.tempfilepager",
        "sympy.external.importtools.import_module",
        "sympy.parsing.sympy_parser.eval_expr",
        "sympy.physics.mechanics.functions._sub_func",
        "sympy.polys.monomials.MonomialOps",
        "sympy.printing.tests.test_repr.sT",
        "sympy.utilities.source.get_class",
        "test.support.script_helper.assert_python_ok",
        "trace.Trace.runctx",
    ],
)
def test_published_gadgets_are_explained(symbol: str) -> None:
    """PickleCloak's exploits, picklescan's advisories (GHSA), and those of public issues and proofs of concept."""
    top, _, rest = symbol.partition(".")
    known = package(top)
    assert known is not None
    assert known.danger(rest)


def test_the_standard_library_is_closed_down_to_its_last_module() -> None:
    modules = STANDARD["modules"].split()
    assert modules == sorted(set(modules))
    assert all(name.isidentifier() for name in modules)
    assert sys.stdlib_module_names <= set(modules)
    assert "__main__" not in modules
    closed = package("zlib"), package("copy"), package("annotationlib")
    assert all(known is not None and known.closed for known in closed)


def test_file_names_are_told_apart_on_every_system() -> None:
    names = [path.stem.lower() for path in FILES]
    assert sorted({name for name in names if names.count(name) > 1}) == []
    assert not any(re.fullmatch(r"(?:con|prn|aux|nul|com\d|lpt\d)", name) for name in names)
