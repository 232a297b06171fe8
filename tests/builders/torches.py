"""Torch files of all generations, written without torch."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from types import MappingProxyType

from tests.builders.opcodes import Operand, call, mapping, name, pickled, value

PAYLOAD = call("os", "system", "echo inert")
"""Would run a command; the command is inert."""

MAGIC = pickled(value(0x1950A86A20F9469CFC6C))
PROTOCOL = pickled(value(1001))
SYSTEM = pickled(
    mapping(
        {
            "protocol_version": value(1001),
            "little_endian": value(True),
            "type_sizes": mapping({"short": value(2), "int": value(4), "long": value(4)}),
        }
    )
)


def storage(key: str = "0", kind: str = "FloatStorage", numel: int = 6, *, legacy: bool = False) -> bytes:
    """The opcodes of a storage's persistent id."""
    fields = ("storage", name("torch", kind), key, "cpu", numel)
    return value((*fields, None) if legacy else fields) + b"Q"


def tensor(
    key: str = "0",
    kind: str = "FloatStorage",
    numel: int = 6,
    *,
    offset: int = 0,
    size: tuple[int, ...] = (2, 3),
    stride: tuple[int, ...] = (3, 1),
    legacy: bool = False,
) -> bytes:
    """The opcodes that rebuild a tensor over a storage."""
    hooks = call("collections", "OrderedDict")
    return call(
        "torch._utils",
        "_rebuild_tensor_v2",
        storage(key, kind, numel, legacy=legacy),
        offset,
        size,
        stride,
        False,
        hooks,
    )


def state_dict(**tensors: bytes) -> bytes:
    """A `data.pkl` that holds named tensors; by default one."""
    return pickled(mapping(tensors or {"weight": tensor()}))


def archive(members: dict[str, bytes], prefix: str = "archive/", compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip of `prefix` + member."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for member, content in members.items():
            file.writestr(zipfile.ZipInfo(prefix + member), content, compression)
    return buffer.getvalue()


def torch_zip(
    data: bytes | None = None,
    storages: dict[str, bytes] | None = None,
    more: Mapping[str, bytes] = MappingProxyType({}),
    **extra: bytes,
) -> bytes:
    """A zip as torch.save writes it, and more members; in names of `extra`, `_dot_` and `__` stand for `.` and `/`."""
    members = {"data.pkl": state_dict() if data is None else data, ".format_version": b"1", "byteorder": b"little"}
    members |= {f"data/{key}": body for key, body in ({"0": bytes(24)} if storages is None else storages).items()}
    members |= {"version": b"3\n", ".data/serialization_id": b"0" * 40}
    members |= {key.replace("__", "/").replace("_dot_", "."): body for key, body in extra.items()}
    return archive(members | dict(more))


def torch_legacy(
    body: bytes | None = None,
    storages: dict[str, bytes] | None = None,
    *,
    magic: bytes = MAGIC,
    protocol: bytes = PROTOCOL,
    system: bytes = SYSTEM,
    keys: bytes | None = None,
    itemsize: int = 4,
    trailing: bytes = b"",
) -> bytes:
    """Five streams and raw storages, as torch.save wrote before 1.6."""
    held = {"0": bytes(24)} if storages is None else storages
    stream = pickled(mapping({"weight": tensor(legacy=True)})) if body is None else body
    listed = pickled(value(list(held))) if keys is None else keys
    raw = b"".join((len(content) // itemsize).to_bytes(8, "little") + content for content in held.values())
    return magic + protocol + system + stream + listed + raw + trailing


def torch_tar(members: dict[str, bytes] | None = None) -> bytes:
    """A tar as torch 0.1 wrote it: two tensors views of one storage of six floats."""
    held = {"sys_info": SYSTEM, "pickle": tar_pickle(), "storages": tar_storages(), "tensors": tar_tensors()} | (
        members or {}
    )
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as file:
        for member, content in held.items():
            entry = tarfile.TarInfo(member)
            entry.size = len(content)
            file.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def tar_pickle() -> bytes:
    """The object: a tensor by its key."""
    return pickled(mapping({"weight": value("2") + b"Q"}))


def tar_storages(count: int = 1) -> bytes:
    """How many, then each key, location and type with its raw items; then views."""
    entry = pickled(value((1, "cpu", name("torch", "FloatStorage"))))
    return pickled(value(count)) + entry + (6).to_bytes(8, "little") + bytes(24) + pickled(value([]))


def tar_tensors() -> bytes:
    """How many, then each key, storage and type with its dimensions."""
    entry = pickled(value((2, 1, name("torch", "FloatTensor"))))
    numbers = (2, 2, 3, 3, 1, 0)
    return pickled(value(1)) + entry + b"".join(number.to_bytes(8, "little") for number in numbers)


SCRIPT = """class Net(Module):
  __parameters__ = ["weight", ]
  __buffers__ = []
  training : bool
  weight : Tensor
  def forward(self: __torch__.Net,
    x: Tensor) -> Tensor:
    y = torch.add(x, self.weight)
    z = ops.quantized.linear(y, getattr(self, "0"))
    return torch.relu(z)
"""
"""A TorchScript source as torch writes it."""


def script_zip(source: str = SCRIPT, more: Mapping[str, bytes] = MappingProxyType({})) -> bytes:
    """A zip as torch.jit.save writes it."""
    constants = pickled(value(()))
    return torch_zip(more={"constants.pkl": constants, "code/__torch__.py": source.encode()} | dict(more))


def package_zip(resource: bytes | None = None, more: Mapping[str, bytes] = MappingProxyType({})) -> bytes:
    """A zip as torch.package writes it: storages have numbers for keys, and stand in `.data`."""
    identity = value(("storage", name("torch", "FloatStorage"), 0, "cpu", 6)) + b"Q"
    members = {
        ".data/0.storage": bytes(24),
        "res/model.pkl": pickled(identity) if resource is None else resource,
        ".data/extern_modules": b"torch\n",
        ".data/python_version": b"3.11.7",
        ".data/version": b"6\n",
    }
    return archive(members | dict(more))


def payload(
    path: str = "weight_0", *, size: tuple[int, ...] = (2, 3), pickled: bool = False, dtype: int = 7
) -> dict[str, object]:
    """How a description of torch.export speaks of a contiguous tensor."""
    stride = [1] * len(size)
    for at in reversed(range(len(size) - 1)):
        stride[at] = stride[at + 1] * size[at + 1]
    extents = {"sizes": [{"as_int": n} for n in size], "strides": [{"as_int": n} for n in stride]}
    meta = {"dtype": dtype, "storage_offset": {"as_int": 0}, "layout": 7, **extents}
    return {"path_name": path, "is_param": True, "use_pickle": pickled, "tensor_meta": meta}


def node(target: str = "torch.ops.aten.add.Tensor") -> dict[str, object]:
    """A node of an exported graph."""
    return {"target": target, "inputs": [], "outputs": [], "metadata": {}}


def program(*nodes: dict[str, object], **more: object) -> dict[str, object]:
    """An exported program."""
    return {"graph_module": {"graph": {"nodes": [*nodes] or [node()]}}, "guards_code": [], **more}


def export_zip(
    weights: Mapping[str, object] | None = None,
    model: Mapping[str, object] | None = None,
    more: Mapping[str, bytes] = MappingProxyType({}),
) -> bytes:
    """A zip as torch.export.save writes it, and `more` members."""
    described = {"config": {"l.weight": payload()}} if weights is None else weights
    members = {
        "data/weights/weight_0": bytes(24),
        "data/weights/model_weights_config.json": json.dumps(described).encode(),
        "models/model.json": json.dumps(model or program()).encode(),
        "archive_format": b"pt2",
        "archive_version": b"0",
        ".data/version": b"6\n",
        "byteorder": b"little",
    }
    return archive(members | dict(more))


def distributed(*items: bytes) -> bytes:
    """A `.distcp`: archives one behind the other."""
    return b"".join(items or (torch_zip(), torch_zip(state_dict(bias=tensor()))))


def metadata(*places: tuple[str, int, int]) -> bytes:
    """A `.metadata`, as far as places go: file, offset and length of each item."""
    info = name("torch.distributed.checkpoint.filesystem", "_StorageInfo")
    entries: list[Operand] = [
        info + b")\x81" + mapping({"relative_path": value(p), "offset": value(o), "length": value(n)}) + b"b"
        for p, o, n in places
    ]
    return pickled(value(entries))
