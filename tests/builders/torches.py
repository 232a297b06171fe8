"""Torch files of all generations, written without torch."""

from __future__ import annotations

import io
import tarfile
import zipfile

from tests.builders.opcodes import call, mapping, name, pickled, value

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


def torch_zip(data: bytes | None = None, storages: dict[str, bytes] | None = None, **extra: bytes) -> bytes:
    """A zip as torch.save writes it; `extra` names further members, `__` standing for `/` and `_dot_` for `.`."""
    members = {"data.pkl": state_dict() if data is None else data, ".format_version": b"1", "byteorder": b"little"}
    members |= {f"data/{key}": body for key, body in ({"0": bytes(24)} if storages is None else storages).items()}
    members |= {"version": b"3\n", ".data/serialization_id": b"0" * 40}
    members |= {key.replace("__", "/").replace("_dot_", "."): body for key, body in extra.items()}
    return archive(members)


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
