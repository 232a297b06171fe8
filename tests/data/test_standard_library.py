"""Objects of the standard library that pickles of models hold, as Python itself pickles them."""

from __future__ import annotations

import calendar
import contextlib
import dataclasses
import ipaddress
import logging
import math
import numbers
import operator
import pickle
import re
import statistics
import string
import time
import typing
from http import HTTPStatus
from zoneinfo import ZoneInfo

import pytest

from tests.builders.inspections import inspected, rules_of
from tests.builders.opcodes import call, name, pickled, value
from verifier.formats import pickle as pickle_format
from verifier.formats._pickle import UNSAFE_CALL, UNSAFE_STATE

OBJECTS: dict[str, object] = {
    "calendar": calendar.TextCalendar(),
    "contextlib": contextlib.nullcontext(),
    "dataclasses": [dataclasses.MISSING, dataclasses.KW_ONLY],
    "http": HTTPStatus.OK,
    "ipaddress": [ipaddress.ip_address("::1"), ipaddress.ip_address("1.2.3.4"), ipaddress.ip_network("1.2.3.0/24")],
    "logging": [logging.getLogger("a.b"), logging.getLogger()],
    "math": [math.sqrt, math.log],
    "numbers": [numbers.Number, numbers.Real],
    "operator": [operator.add, operator.itemgetter(1), operator.itemgetter("a", "b")],
    "re": [re.compile("a+", re.IGNORECASE), re.compile(b"a"), re.IGNORECASE],
    "statistics": statistics.mean,
    "str": [str.lower, str.split],
    "string": string.Template("$a"),
    "time": [time.gmtime(0), time.time],
    "typing": [typing.Any, typing.List[int], typing.Optional[int], typing.Dict[str, typing.Any]],  # noqa: UP006, UP045
    "union": int | None,
    "zoneinfo": ZoneInfo("UTC"),
}


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("thing", OBJECTS.values(), ids=OBJECTS)
def test_what_python_pickles_is_quiet(thing: object, protocol: int) -> None:
    assert rules_of(inspected(pickle_format, pickle.dumps(thing, protocol))) == []


@pytest.mark.parametrize(
    "fragment",
    [
        call("functools", "reduce", name("_operator", "add"), (name("builtins", "int"),)),
        call("ipaddress", "ip_address", "1.2.3.4"),
        call("itertools", "count", "a"),
        call("logging", "getLogger", 1),
        call("operator", "getitem", name("builtins", "dict"), "a"),
        call("operator", "itemgetter", name("builtins", "int")),
        call("re", "_compile", "a"),
        call("re", "sub", "a", "b", "c"),
        call("time", "time"),
        call("zoneinfo", "ZoneInfo._unpickle", "../../etc/passwd", 1),
    ],
)
def test_what_python_does_not_pickle_is_found(fragment: bytes) -> None:
    (rule,) = rules_of(inspected(pickle_format, pickled(fragment, 4)))
    assert rule in {UNSAFE_CALL, "pickle-unlisted-symbol"}


def test_loggers_take_no_state() -> None:
    assert rules_of(inspected(pickle_format, pickled(call("logging", "getLogger", "a") + b"}b"))) == [UNSAFE_STATE]


def test_templates_hold_texts() -> None:
    state = b"}" + value("template") + value(1) + b"sb"
    stream = pickled(name("string", "Template") + b")\x81" + state)
    assert rules_of(inspected(pickle_format, stream)) == [UNSAFE_STATE]
