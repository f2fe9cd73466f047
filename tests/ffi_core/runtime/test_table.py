"""The table of conformance: a call, and what comes of it; here on the backend in use, and on real Deno where it agrees.

Where Deno differs, the table says what Deno does, and docs/runtime.md says why we do not.
"""

from __future__ import annotations

import json
import math
import re
import struct
import subprocess
from array import array
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import ffi_core
from ffi_core.bench.runtimes import RUNTIMES, Absent, cache_folder
from ffi_core.types import NATIVE_TYPES, Kind

INTEGERS = [entry for entry in NATIVE_TYPES.values() if entry.kind is Kind.INTEGER]
MIXED = {"struct": ["u8", "f64"]}
PAIR = {"struct": ["f32", "f32"]}
LARGE = {"struct": ["i32"] * 5}
NESTED = {"struct": [MIXED, PAIR, LARGE, "pointer", "bool"]}
SCALARS20 = [
    "i8",
    "f64",
    "u16",
    "f32",
    "i64",
    "f64",
    "bool",
    "f32",
    "i32",
    "f64",
    "u8",
    "f32",
    "i16",
    "f64",
    "u32",
    "f32",
    "u64",
    "f64",
    "i8",
    "f32",
]

SCHEMA: dict[str, dict[str, Any]] = {
    **{f"echo_{name}": {"parameters": [name], "result": name} for name, t in NATIVE_TYPES.items() if name != "void"},
    **{f"least_{entry}": {"parameters": [], "result": entry.name} for entry in INTEGERS},
    **{f"most_{entry}": {"parameters": [], "result": entry.name} for entry in INTEGERS},
    **{f"is_least_{entry}": {"parameters": [entry.name], "result": "bool"} for entry in INTEGERS},
    **{f"is_most_{entry}": {"parameters": [entry.name], "result": "bool"} for entry in INTEGERS},
    **{f"dirty_{entry}": {"parameters": [], "result": entry.name, "name": "dirty"} for entry in INTEGERS},
    "dirty_bool": {"parameters": [], "result": "bool", "name": "dirty"},
    "dirty_false": {"parameters": [], "result": "bool"},
    "negate": {"parameters": ["bool"], "result": "bool"},
    "bits_of_f32": {"parameters": ["f32"], "result": "u32"},
    "bits_of_f64": {"parameters": ["f64"], "result": "u64"},
    "nothing": {"parameters": [], "result": "void"},
    "answer": {"parameters": [], "result": "i32"},
    "weigh0": {"parameters": [], "result": "f64"},
    "weigh6": {"parameters": ["i8", "u8", "i16", "u16", "i32", "u32"], "result": "f64"},
    "weigh9": {"parameters": ["i32"] * 9, "result": "f64"},
    "weigh10": {"parameters": ["f64", "f32"] * 5, "result": "f64"},
    "weigh20": {"parameters": SCALARS20, "result": "f64"},
    "one": {"parameters": [{"struct": ["u8"]}], "result": {"struct": ["u8"]}},
    "mixed": {"parameters": [MIXED], "result": MIXED},
    "pair": {"parameters": [PAIR], "result": PAIR},
    "triple": {"parameters": [{"struct": ["f32"] * 3}], "result": {"struct": ["f32"] * 3}},
    "wide": {"parameters": [{"struct": ["i64", "i64"]}], "result": {"struct": ["i64", "i64"]}},
    "large": {"parameters": [LARGE], "result": LARGE},
    "nested": {"parameters": [NESTED, "i32"], "result": NESTED},
    "among": {
        "parameters": ["i32", MIXED, "f64", LARGE, "i32", "i32", "i32", "i32", "i32", PAIR, "i32"],
        "result": "f64",
    },
    "length": {"parameters": ["buffer"], "result": "u64"},
    "checksum": {"parameters": ["buffer", "usize"], "result": "u64"},
    "divide": {"parameters": ["i32", "i32", "buffer", "buffer"], "result": "bool"},
    "sum_ints": {"parameters": ["i32", "...", "i32", "i8", "bool"], "result": "i32"},
    "sum_doubles": {"parameters": ["i32", "...", "f64", "f32"], "result": "f64"},
}


class Same:
    """Deno gives what we give."""


class Unasked:
    """Deno has no such value, or is not safe to ask."""


@dataclass(frozen=True)
class Case:
    """One call.

    Parameters
    ----------
    function: a name of `SCHEMA`.
    arguments: what it is called with.
    outcome: the result, or the exception's type.
    deno: what Deno does: `Same`, `Unasked`, or the value or "TypeError" that it gives instead.
    """

    function: str
    arguments: tuple[Any, ...]
    outcome: Any
    deno: Any = Same

    def __str__(self) -> str:
        return f"{self.function}({', '.join(map(brief, self.arguments))})"


def brief(value: Any) -> str:
    """A value in a test's name, which must be the same in every process: no address may stand in it."""
    if isinstance(value, int) and value.bit_length() > 128:
        return "huge"
    return f"{re.sub(' at 0x[0-9a-f]+', '', repr(value)):.24}"


class Indexed:
    """An integer that is no int, as numpy's are."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Indexed({self.value})"

    def __index__(self) -> int:
        return self.value


class Floating:
    """A number that is no float."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Floating({self.value})"

    def __float__(self) -> float:
        return self.value


def integers() -> list[Case]:
    cases = []
    for entry in INTEGERS:
        least, most, echo = entry.minimum, entry.maximum, f"echo_{entry}"
        wide = entry.size == 8
        cases += [Case(echo, (value,), value) for value in (least, most, 0, 1, most // 2, least // 2)]
        cases += [
            Case(f"least_{entry}", (), least),
            Case(f"most_{entry}", (), most),
            Case(f"is_least_{entry}", (least,), True),
            Case(f"is_most_{entry}", (most,), True),
            # What Deno makes of values beyond the range depends on the type and on how hot the line is.
            Case(echo, (least - 1,), OverflowError, Unasked),
            Case(echo, (most + 1,), OverflowError, Unasked),
            Case(echo, (2**64,), OverflowError, Unasked),
            Case(echo, (-(2**63) - 1,), OverflowError, Unasked),
            Case(echo, (10**5000,), OverflowError, Unasked),
            Case(echo, (-(10**5000),), OverflowError, Unasked),
            Case(echo, (Indexed(5),), 5, Unasked),
            Case(echo, (Indexed(most + 1),), OverflowError, Unasked),
            Case(echo, (True,), TypeError, Unasked if wide else "TypeError"),
            Case(echo, (1.0,), TypeError, Unasked),
            Case(echo, ("1",), TypeError, Unasked if wide else "TypeError"),
            Case(echo, (None,), TypeError, Unasked if wide else "TypeError"),
            Case(echo, (b"1",), TypeError, Unasked),
            Case(echo, (), TypeError, "TypeError"),
            Case(echo, (1, 2), TypeError, 1),
        ]
        dirty = 0xDEADBEEFCAFE0080 & (2 ** (8 * entry.size) - 1)
        cases.append(Case(f"dirty_{entry}", (), dirty - 2 ** (8 * entry.size) if dirty > most else dirty))
    return cases


def floats() -> list[Case]:
    cases = [Case("echo_f64", (value,), value) for value in (0.0, 0.1, -1e300, 5e-324, math.inf, -math.inf)]
    cases += [Case("echo_f32", (value,), value) for value in (0.0, 0.5, -(2.0**127), 2.0**-149, math.inf, -math.inf)]
    cases += [
        Case("echo_f32", (0.1,), struct.unpack("f", struct.pack("f", 0.1))[0]),
        Case("echo_f32", (1e300,), math.inf),
        Case("echo_f32", (-1e300,), -math.inf),
        Case("echo_f32", (1e-60,), 0.0),
        Case("bits_of_f64", (-0.0,), 1 << 63),
        Case("bits_of_f32", (-0.0,), 1 << 31),
        Case("bits_of_f32", (3.4028235677973366e38,), 0x7F800000),
        Case("bits_of_f32", (3.4028235677973362e38,), 0x7F7FFFFF),
    ]
    for name in ("f32", "f64"):
        echo = f"echo_{name}"
        cases += [
            Case(echo, (math.nan,), math.nan),
            Case(echo, (3,), 3.0),
            Case(echo, (Floating(2.5),), 2.5, Unasked),
            Case(echo, (Indexed(3),), 3.0, Unasked),
            Case(echo, (Fraction(1, 2),), 0.5, Unasked),
            Case(echo, (10**400,), OverflowError, Unasked),
            Case(echo, (True,), TypeError, "TypeError"),
            Case(echo, ("0.5",), TypeError, "TypeError"),
            Case(echo, (None,), TypeError, "TypeError"),
            Case(echo, (1j,), TypeError, Unasked),
            Case(echo, (b"0.5",), TypeError, Unasked),
        ]
    cases.append(Case("echo_f32", (10**300,), math.inf, Unasked))
    return cases


def addresses() -> list[Case]:
    cases = []
    for kind in ("pointer", "function"):
        echo = f"echo_{kind}"
        cases += [
            Case(echo, (None,), None),
            Case(echo, (0,), None, Unasked),
            Case(echo, (16,), 16, Unasked),
            Case(echo, (2**64 - 1,), 2**64 - 1, Unasked),
            Case(echo, (Indexed(16),), 16, Unasked),
            Case(echo, (2**64,), OverflowError, Unasked),
            Case(echo, (-1,), OverflowError, Unasked),
            Case(echo, (-(2**80),), OverflowError, Unasked),
            Case(echo, (True,), TypeError, "TypeError"),
            Case(echo, ("text",), TypeError, "TypeError"),
            Case(echo, (1.0,), TypeError, "TypeError"),
            Case(echo, (b"bytes",), TypeError, "TypeError"),
            Case(echo, (bytearray(8),), TypeError, "TypeError"),
        ]
    cases += [
        Case("echo_function", (len,), TypeError, Unasked),
        Case("echo_buffer", (None,), None),
        Case("echo_buffer", (16,), TypeError, "TypeError"),
        Case("echo_buffer", (True,), TypeError, "TypeError"),
        Case("echo_buffer", (1.5,), TypeError, "TypeError"),
        Case("echo_buffer", ([1],), TypeError, Unasked),
        Case("echo_buffer", (memoryview(b"abcdef")[::2],), BufferError, Unasked),
        Case("length", (b"four\0rest",), 4),
        Case("length", (bytearray(b"four\0"),), 4),
        Case("length", (memoryview(b"xfour\0")[1:],), 4, Unasked),
        Case("length", (array("B", b"four\0"),), 4, Unasked),
        Case("length", ("four",), 4, "TypeError"),
        Case("length", ("",), 0, "TypeError"),
        Case("length", ("grüß",), 6, "TypeError"),
        Case("length", ("\U0001f600",), 4, "TypeError"),
        Case("length", ("a\0b",), ValueError, "TypeError"),
        Case("length", ("grü\0ß",), ValueError, "TypeError"),
        Case("length", ("\0",), ValueError, "TypeError"),
        Case("length", ("\ud800",), ValueError, "TypeError"),
        Case("checksum", (bytes(range(256)), 256), 255 * 128),
        Case("checksum", (b"", 0), 0),
    ]
    return cases


def structs() -> list[Case]:
    nested = struct.Struct("=B7xd2f5i4xQ?7x")
    before = nested.pack(1, 2.5, 3.5, 4.5, 5, 6, 7, 8, 9, 16, True)
    after = nested.pack(4, 5.5, 6.5, 4.5, 5, 6, 7, 8, 12, 19, False)
    mixed, large, pair = struct.pack("=B7xd", 3, 0.5), struct.pack("5i", 1, 2, 3, 4, 5), struct.pack("2f", 2, 3)
    bad = [(mixed[:-1], ValueError), (mixed + b"\0", ValueError), (b"", ValueError)]
    return [
        Case("one", (b"\x07",), b"\x08"),
        Case("one", (b"\xff",), b"\x00"),
        Case("mixed", (mixed,), struct.pack("=B7xd", 4, 1.0)),
        Case("mixed", (bytearray(mixed),), struct.pack("=B7xd", 4, 1.0)),
        Case("mixed", (memoryview(mixed),), struct.pack("=B7xd", 4, 1.0), Unasked),
        Case("pair", (struct.pack("2f", 1.5, -2.5),), struct.pack("2f", -2.5, 1.5)),
        Case("triple", (struct.pack("3f", 1, 2, 3),), struct.pack("3f", 2, 3, 1)),
        Case("wide", (struct.pack("2q", -(2**63), 2**63 - 1),), struct.pack("2q", 2**63 - 1, -(2**63))),
        Case("large", (large,), struct.pack("5i", 0, 2, 6, 12, 20)),
        Case("nested", (before, 3), after),
        Case("among", (1, mixed, 0.25, large, 10, 20, 30, 40, 50, pair, 60), 1 + 1.5 + 0.25 + 1 + 5 + 150 + 6 + 60),
        # Deno reads beyond the end of what is too short.
        *[Case("mixed", (value,), outcome, Unasked) for value, outcome in bad],
        *[Case("mixed", (value,), TypeError, "TypeError") for value in (None, 5, "x" * 16)],
        Case("mixed", ((3, 0.5),), TypeError, Unasked),
        Case("mixed", (memoryview(mixed * 2)[::2],), BufferError, Unasked),
    ]


def many() -> list[Case]:
    twenty = (-1, 2.5, 3, 4.5, -5, 6.5, True, 8.5, 9, 10.5, 11, 12.5, -13, 14.5, 15, 16.5, 17, 18.5, -19, 20.5)
    return [
        Case("nothing", (), None),
        Case("nothing", (1,), TypeError, None),
        Case("answer", (), 42),
        Case("answer", (None,), TypeError, 42),
        Case("weigh0", (), 0.0),
        Case("weigh6", (-1, 2, -3, 4, -5, 6), float(-1 + 4 - 9 + 16 - 25 + 36)),
        Case("weigh9", tuple(range(1, 10)), float(sum(k * k for k in range(1, 10)))),
        Case("weigh10", tuple(k + 0.5 for k in range(10)), sum((k + 1) * (k + 0.5) for k in range(10))),
        Case("weigh20", twenty, float(sum((k + 1) * value for k, value in enumerate(twenty)))),
        Case("weigh20", twenty[:-1], TypeError, "TypeError"),
        Case("weigh20", (*twenty, 1), TypeError, Unasked),
        Case("negate", (True,), False),
        Case("negate", (False,), True),
        *[Case("negate", (value,), TypeError, Unasked) for value in (0, 1, None, 1.0, "", Indexed(1))],
        # A bool that is neither 0 nor 1 is no bool in C; Deno looks at its lowest bit alone.
        Case("dirty_bool", (), True, False),
        Case("dirty_false", (), False),
        Case("sum_ints", (3, 10, -20, True), -9, Unasked),
        Case("sum_ints", (3, 10, 200, True), OverflowError, Unasked),
        Case("sum_doubles", (2, 1.5, 2.25), 3.75, Unasked),
        Case("divide", (7, 0, None, None), False),
    ]


CASES = [*integers(), *floats(), *addresses(), *structs(), *many()]


@pytest.fixture(scope="module")
def library(conformance: Path) -> Any:
    return ffi_core.dlopen(conformance, SCHEMA)


def same(value: Any, expected: Any) -> bool:
    if isinstance(expected, float) and math.isnan(expected):
        return isinstance(value, float) and math.isnan(value)
    return type(value) is type(expected) and value == expected


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_call_gives_what_the_table_says(case: Case, library: Any) -> None:
    function = library[case.function]
    if not isinstance(case.outcome, type):
        for _ in range(3):
            value = function(*case.arguments)
            assert same(value, case.outcome), value
        return
    with pytest.raises(case.outcome) as caught:
        function(*case.arguments)
    # UnicodeEncodeError is what Python itself says of a lone surrogate, and a ValueError.
    assert type(caught.value) in (case.outcome, UnicodeEncodeError)
    if type(caught.value) not in (BufferError, UnicodeEncodeError):
        assert str(caught.value).startswith(f"{case.function}() ")


@pytest.mark.parametrize("case", [case for case in CASES if not isinstance(case.outcome, type)], ids=str)
def test_a_call_on_another_thread_gives_the_same(case: Case, conformance: Path) -> None:
    schema = {case.function: SCHEMA[case.function] | {"nonblocking": True}}
    with ffi_core.dlopen(conformance, schema) as library:
        assert same(library[case.function](*case.arguments).result(30), case.outcome)


_DENO = """
const { schema, path, calls } = JSON.parse(await new Response(Deno.stdin.readable).text());
const { symbols } = Deno.dlopen(path, schema);
const read = (value) => value === null || typeof value !== "object" ? value
  : "big" in value ? BigInt(value.big) : "float" in value ? Number(value.float) : new Uint8Array(value.bytes);
const write = (value) => typeof value === "bigint" ? { int: String(value) }
  : typeof value === "number" ? { number: Object.is(value, -0) ? "-0" : String(value) }
  : value instanceof Uint8Array ? { bytes: [...value] } : value === undefined ? null : value;
console.log(JSON.stringify(calls.map(([name, values]) => {
  try { return { value: write(symbols[name](...values.map(read))) }; }
  catch (error) { return { error: error.constructor.name }; }
})));
"""


def for_deno(type_: Any, value: Any) -> Any:
    if isinstance(value, bytes | bytearray):
        return {"bytes": list(value)}
    if isinstance(value, int) and not isinstance(value, bool) and type_ in ("i64", "u64", "isize", "usize"):
        return {"big": str(value)}
    return {"float": str(value).replace("inf", "Infinity")} if isinstance(value, float) else value


def from_deno(answer: dict[str, Any], result: Any) -> Any:
    if "error" in answer:
        return answer["error"]
    value = answer["value"]
    if not isinstance(value, dict):
        return value
    if "bytes" in value:
        return bytes(value["bytes"])
    if "int" in value:
        return int(value["int"])
    number = float(value["number"].replace("Infinity", "inf"))
    return number if result in ("f32", "f64") else int(number)


def test_deno_gives_what_the_table_says_of_it(conformance: Path, tmp_path: Path) -> None:
    deno = RUNTIMES["deno"].find(cache_folder())
    if isinstance(deno, Absent):
        pytest.skip(f"{deno.reason}: {deno.remedy}")
    cases = [case for case in CASES if case.deno is not Unasked]
    calls = []
    for case in cases:
        parameters = SCHEMA[case.function]["parameters"]
        types = [*parameters, *["i32"] * (len(case.arguments) - len(parameters))]
        calls.append([case.function, [for_deno(*pair) for pair in zip(types, case.arguments, strict=False)]])
    schema = {name: entry for name, entry in SCHEMA.items() if "..." not in entry["parameters"]}
    script = tmp_path / "table.mjs"
    script.write_text(_DENO)
    done = subprocess.run(
        [*deno.program, "run", "--quiet", "--no-lock", "--no-config", "--allow-ffi", str(script)],
        input=json.dumps({"schema": schema, "path": str(conformance), "calls": calls}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    wrong = []
    for case, answer in zip(cases, answers, strict=True):
        given = from_deno(answer, SCHEMA[case.function]["result"])
        expected = case.outcome if case.deno is Same else case.deno
        expected = expected.__name__ if isinstance(expected, type) else expected
        if not same(given, expected):
            wrong.append(f"{case}: Deno gives {given!r}, the table says {expected!r}")
    assert not wrong, "\n".join(wrong)
