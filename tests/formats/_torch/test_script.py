"""TorchScript and mobile bytecode: whatever reaches outside the model is seen, however it is written."""

from __future__ import annotations

import io
import warnings
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.opcodes import pickled, value
from tests.builders.torches import SCRIPT
from verifier.errors import Malformed
from verifier.formats._torch.script import Deed, bytecode_reaches, operator_deed, reaches

BODY = SCRIPT.split("    y = ", maxsplit=1)[0]


def deeds(source: str) -> list[Deed]:
    return [reach.deed for reach in reaches(source)]


QUIET = [
    SCRIPT,
    "y = torch.relu(x)",
    "y = ops.quantized.add_relu(a, b, 0.1, 128)",
    "y = ops.torchvision.nms(a, b, 0.5)",
    "  ops : Tensor\n  torch : int",
    "y = (self.ops).forward(x)",
    "y = (self.head).save(x)",
    "save = x",
    "y = f(torch=1, ops=2)",
    'y = getattr(self.layers, "0")',
    'y = "torch.save(x)"',
    'y = "a \\" torch.save(x)"',
    "# torch.save(x)",
    "y = __torch__.torch.classes.quantized.LinearPackedParamsBase",
    "y = 1.5 + 2. + 3e-4 if x else torch.neg(x)",
    "from_file.torch",
    "rpc_sync = 1",
]


@pytest.mark.parametrize("source", QUIET)
def test_what_torch_writes_is_quiet(source: str) -> None:
    assert deeds(source) == []


LOUD = {
    'torch.save(x, "f")': Deed.FILE,
    'torch . save (x, "f")': Deed.FILE,
    'y = torch.from_file("f", True, 4)': Deed.FILE,
    'y = ops.aten.from_file("f", True, 4)': Deed.FILE,
    'y = ops.image.read_file("f")': Deed.FILE,
    "f = torch.save": Deed.FILE,
    "y = (torch.save)": Deed.FILE,
    "y = ops.mine.fast(x)": Deed.FOREIGN,
    "y = ops.c10d.allreduce(x)": Deed.FOREIGN,
    'y = rpc_sync("worker", f)': Deed.FOREIGN,
    "y = ops.prim.rpc_async(x)": Deed.FOREIGN,
    "x : __torch__.torch.classes.dist_c10d.TCPStore": Deed.FOREIGN,
    "t = torch": Deed.HIDDEN,
    "o = ops": Deed.HIDDEN,
    "o = ops.aten": Deed.HIDDEN,
    'y = getattr(torch, "save")(x, "f")': Deed.HIDDEN,
    'y = getattr(ops.aten, "save")(x, "f")': Deed.HIDDEN,
    "y = (ops).aten.relu(x)": Deed.HIDDEN,
    "y = 1.if x else torch": Deed.HIDDEN,
}


@pytest.mark.parametrize("source", LOUD)
def test_what_reaches_outside_is_seen(source: str) -> None:
    assert deeds(source) == [LOUD[source]]
    assert deeds(f"{BODY}    {source}\n") == [LOUD[source]]


@pytest.mark.parametrize("text", ["'a'", '"""a"""', '"a', '"a\nb"', '""", torch.save'])
def test_text_that_torch_would_not_write_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="quotes text"):
        deeds(f"x = {text}\n")


def test_offsets_name_the_place() -> None:
    source = '\n\n  x = torch.relu(x)\n  torch.save(x, "f")'
    assert [source[reach.offset :] for reach in reaches(source)] == ['torch.save(x, "f")']


def test_long_names_keep_their_beginning_and_end() -> None:
    assert [reach.operator for reach in reaches("ops.mine.a.b.c.d.e.f(x)")] == ["ops.mine.a.b.f"]


@given(st.text(alphabet="torch.opsav(e) ='\"\n#0:", max_size=60))
def test_any_text_ends_in_an_answer(source: str) -> None:
    try:
        found = deeds(source)
    except Malformed:
        return
    assert set(found) <= set(Deed)


TRICKS = [
    source
    for source, deed in LOUD.items()
    if deed is not Deed.FOREIGN and not source.startswith(("y = ops.im", "y = 1"))
]


@pytest.mark.parametrize("source", TRICKS)
def test_torch_compiles_the_tricks(source: str) -> None:
    import torch

    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(scripted())) as before, zipfile.ZipFile(changed, "w") as after:
        for member in before.namelist():
            text = before.read(member)
            if member.endswith("__torch__.py"):
                text = text.replace(b"    return x", f"    {source}\n    return x".encode())
            if not member.endswith("debug_pkl"):
                after.writestr(member, text)
    changed.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert torch.jit.load(changed) is not None  # type: ignore[no-untyped-call]


def scripted() -> bytes:
    import torch

    class Net(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x

    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.script(Net()), buffer)
    return buffer.getvalue()


def test_bytecode_is_read_text_by_text() -> None:
    names = ["aten::add", "aten::save", "mine::op", "quantized::linear", "aten::from_filex"]
    found = list(bytecode_reaches(pickled(value(tuple((each, "out") for each in names)))))
    assert [(reach.operator, reach.deed) for reach in found] == [("aten.save", Deed.FILE), ("mine.op", Deed.FOREIGN)]


def test_short_texts_and_compiled_classes_count_too() -> None:
    raw = b"\x80\x04\x8c\x0faten::from_file\x94." + pickled(value("__torch__.torch.classes.dist_rpc.WorkerInfo"))
    raw += pickled(value("__torch__.torch.classes.quantized.Conv2dPackedParamsBase"))
    assert [reach.deed for reach in bytecode_reaches(raw)] == [Deed.FILE, Deed.FOREIGN]


def test_operators_by_name() -> None:
    assert operator_deed("aten", "add") is None
    assert operator_deed("torchaudio", "sox_io_save_audio_file") is Deed.FILE
    assert operator_deed("aten", "rpc_sync") is None
    assert operator_deed("", "add") is Deed.FOREIGN
