"""What a call does to the machine, by the dotted name that is called."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Ability(StrEnum):
    """What calling something can do; the value completes "it ..."."""

    EVALUATES = "evaluates code"
    RUNS = "starts programs"
    NATIVE = "loads native code"
    UNPICKLES = "unpickles"
    FETCHES = "uses the network"
    DELETES = "deletes files"
    ENVIRONMENT = "reads the whole environment"


_E, _R, _N, _U, _F, _D = (
    Ability.EVALUATES,
    Ability.RUNS,
    Ability.NATIVE,
    Ability.UNPICKLES,
    Ability.FETCHES,
    Ability.DELETES,
)

_EXACT: Mapping[str, Ability] = MappingProxyType(
    {
        **dict.fromkeys(("eval", "exec", "breakpoint", "code.interact", "runpy.run_path", "runpy.run_module"), _E),
        **dict.fromkeys(("types.FunctionType", "types.CodeType", "types.LambdaType", "pydoc.locate"), _E),
        **dict.fromkeys(("torch.hub.load", "timeit.timeit", "cProfile.run", "profile.run", "pdb.run", "bdb.run"), _E),
        **dict.fromkeys(("*", "builtins.*", "importlib.*", "runpy.*", "__import__.*"), _E),
        **dict.fromkeys(("os.system", "os.popen", "os.startfile", "os.fork", "os.forkpty", "os.*", "posix.*"), _R),
        **dict.fromkeys(("pty.spawn", "commands.getoutput", "platform.popen", "subprocess.*", "pip.main"), _R),
        **dict.fromkeys(("posix.system", "nt.system", "webbrowser.open", "asyncio.create_subprocess_shell"), _R),
        **dict.fromkeys(("asyncio.create_subprocess_exec", "pip._internal.main", "pip._internal.cli.main.main"), _R),
        **dict.fromkeys(
            ("ctypes.CDLL", "ctypes.cdll.LoadLibrary", "ctypes.WinDLL", "ctypes.windll", "ctypes.PyDLL"), _N
        ),
        **dict.fromkeys(("ctypes.CFUNCTYPE", "ctypes.memmove", "mmap.mmap", "torch.ops.load_library"), _N),
        **dict.fromkeys(("torch.classes.load_library", "cffi.FFI", "tensorflow.load_op_library"), _N),
        **dict.fromkeys(("pickle.load", "pickle.loads", "pickle.Unpickler", "_pickle.loads", "_pickle.load"), _U),
        **dict.fromkeys(("marshal.load", "marshal.loads", "dill.load", "dill.loads", "cloudpickle.load"), _U),
        **dict.fromkeys(("cloudpickle.loads", "joblib.load", "shelve.open", "jsonpickle.decode", "torch.load"), _U),
        **dict.fromkeys(("yaml.unsafe_load", "yaml.full_load", "pandas.read_pickle"), _U),
        **dict.fromkeys(("socket.socket", "socket.create_connection", "urllib.request.urlopen", "wget.download"), _F),
        **dict.fromkeys(("urllib.request.urlretrieve", "urllib.request.Request", "urllib.urlopen"), _F),
        **dict.fromkeys(("urllib2.urlopen", "aiohttp.ClientSession", "gdown.download", "paramiko.SSHClient"), _F),
        **dict.fromkeys(("shutil.rmtree", "os.remove", "os.unlink", "os.rmdir", "os.removedirs"), _D),
    }
)

_PREFIXES: tuple[tuple[str, Ability], ...] = (
    ("subprocess.", _R),
    ("os.exec", _R),
    ("os.spawn", _R),
    ("os.posix_spawn", _R),
    ("pexpect.", _R),
    ("ctypes.windll.", _N),
    ("requests.", _F),
    ("httpx.", _F),
    ("http.client.HTTP", _F),
    ("urllib3.", _F),
    ("ftplib.", _F),
    ("smtplib.", _F),
    ("telnetlib.", _F),
)

_HARMLESS = frozenset(
    {
        "requests.adapters.HTTPAdapter",
        "requests.Session",
        "requests.session",
        "subprocess.CalledProcessError",
        "subprocess.TimeoutExpired",
        "subprocess.list2cmdline",
        "subprocess.STARTUPINFO",
        "urllib3.disable_warnings",
    }
)

VALUES = frozenset(
    {"*", *(f"subprocess.{name}" for name in ("DEVNULL", "PIPE", "STDOUT", "SubprocessError", "CompletedProcess"))}
    | {f"subprocess.{name}" for name in ("CREATE_NEW_PROCESS_GROUP", "CREATE_NO_WINDOW", "DETACHED_PROCESS")}
    | {"subprocess.*", "os.*", "builtins.*"}
)
"""What is no function, or not known to be one, though it stands where functions stand."""

DECODERS = frozenset(
    {
        *(f"base64.{name}" for name in ("b64decode", "b32decode", "b16decode", "b85decode", "a85decode")),
        *("base64.decodebytes", "base64.urlsafe_b64decode", "base64.standard_b64decode", "binascii.unhexlify"),
        *("binascii.a2b_base64", "binascii.a2b_hex", "zlib.decompress", "bz2.decompress", "lzma.decompress"),
        *("gzip.decompress", "codecs.decode", "marshal.loads", "cryptography.fernet.Fernet", "bytes.fromhex"),
    }
)
"""Calls that turn unreadable data into something else."""

SENDERS = frozenset({"requests.post", "requests.put", "requests.request", "urllib.request.urlopen", "httpx.post"})
"""Calls that send data away."""

RUNNERS = frozenset({Ability.EVALUATES, Ability.RUNS, Ability.NATIVE})
"""What makes data that came from elsewhere act."""


def plain(path: str) -> str:
    """A dotted name without the module builtins stand in."""
    for prefix in ("builtins.", "__builtins__."):
        if path.startswith(prefix) and path != "builtins.*":
            return path.removeprefix(prefix)
    return path


def ability_of(path: str) -> Ability | None:
    """What calling a dotted name can do; None where nothing is known of it."""
    name = plain(path)
    if name in _HARMLESS:
        return None
    if name in _EXACT:
        return _EXACT[name]
    return next((ability for prefix, ability in _PREFIXES if name.startswith(prefix)), None)
