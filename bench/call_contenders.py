"""The contenders of bench/call.py: one C library, and five ways to call it from Python, built on the spot.

The hand-written extension is what a careful C programmer writes for exactly these functions: the right METH_ flag, the
checks that ffi_core makes (kind, range, arity, NUL, the buffer's lock), no generality.
"""

from __future__ import annotations

import ctypes
import importlib.util
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffi_core

C_TYPES = {
    "i32": "int32_t",
    "u32": "uint32_t",
    "i64": "int64_t",
    "u64": "uint64_t",
    "f64": "double",
    "f32": "float",
} | {
    "bool": "bool",
    "pointer": "void *",
    "buffer": "const char *",
    "void": "void",
}
CTYPES = {"i32": ctypes.c_int32, "u32": ctypes.c_uint32, "i64": ctypes.c_int64, "u64": ctypes.c_uint64} | {
    "f64": ctypes.c_double,
    "f32": ctypes.c_float,
    "bool": ctypes.c_bool,
    "pointer": ctypes.c_void_p,
    "buffer": ctypes.c_char_p,
    "void": None,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One signature: a C function `name`, the arguments that every contender is called with, and what it returns."""

    label: str
    name: str
    parameters: tuple[str, ...]
    result: str
    arguments: tuple[Any, ...]
    integers: bool = False
    """Whether it counts for the budget against cffi and ctypes, which speaks of integer signatures."""

    @property
    def prototype(self) -> str:
        words = ", ".join(f"{C_TYPES[type_]} a{index}" for index, type_ in enumerate(self.parameters))
        return f"{C_TYPES[self.result]} {self.name}({words or 'void'})"


def _case(label: str, name: str, signature: str, *arguments: Any, integers: bool = False) -> Case:
    parameters, _, result = signature.partition("->")
    return Case(label, name, tuple(parameters.split()), result.strip(), arguments, integers)


CASES = (
    _case("no argument", "i0", "-> i32", integers=True),
    _case("i32", "i1", "i32 -> i32", 7, integers=True),
    _case("i32 x 2", "i2", "i32 i32 -> i32", 7, -8, integers=True),
    _case("i32 x 3", "i3", "i32 i32 i32 -> i32", 7, -8, 9, integers=True),
    _case("i32 x 6", "i6", "i32 i32 i32 i32 i32 i32 -> i32", 1, 2, 3, 4, 5, 6, integers=True),
    _case("i32 x 8 (stack)", "i8", "i32 " * 8 + "-> i32", *range(8), integers=True),
    _case("i32 x 12 (stack)", "i12", "i32 " * 12 + "-> i32", *range(12), integers=True),
    _case("f64", "d1", "f64 -> f64", 0.5),
    _case("f64 x 2", "d2", "f64 f64 -> f64", 0.5, 1.5),
    _case("f64 x 4", "d4", "f64 f64 f64 f64 -> f64", 0.5, 1.5, 2.5, 3.5),
    _case("f32", "f1", "f32 -> f32", 0.5),
    _case("i32 f64 i64 f32", "mixed", "i32 f64 i64 f32 -> f64", 1, 2.5, 3, 4.5),
    _case("bool", "b1", "bool -> bool", True),
    _case("pointer", "p1", "pointer -> pointer", 0x7F0012345678),
    _case("i64, u64 large", "large", "i64 u64 -> u64", -(2**62), 2**64 - 1),
    _case("buffer (bytes)", "s1", "buffer -> i32", b"a short text"),
    _case("buffer (bytearray)", "s1", "buffer -> i32", bytearray(b"a short text")),
    _case("buffer (str)", "s1", "buffer -> i32", "a short text"),
)

_BODIES = {"s1": "return a0[0];", "p1": "return a0;", "b1": "return !a0;", "i0": "return 42;"}


def _functions() -> dict[str, Case]:
    return {case.name: case for case in CASES}


def _body(case: Case) -> str:
    added = " + ".join(f"a{index}" for index in range(len(case.parameters)))
    return _BODIES.get(case.name, f"return {added};")


HAND_WRITTEN_HEAD = """
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static int integer(PyObject *value, int64_t least, int64_t most, int64_t *out) {
    if (!PyLong_Check(value) || PyBool_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "expected an int");
        return -1;
    }
    int overflow;
    long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow || number < least || number > most) {
        PyErr_SetString(PyExc_OverflowError, "out of range");
        return -1;
    }
    *out = number;
    return 0;
}
static int natural(PyObject *value, uint64_t *out) {
    if (!PyLong_Check(value) || PyBool_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "expected an int");
        return -1;
    }
    *out = PyLong_AsUnsignedLongLong(value);
    return *out == UINT64_MAX && PyErr_Occurred() ? -1 : 0;
}
static int number(PyObject *value, double *out) {
    if (PyFloat_CheckExact(value)) {
        *out = PyFloat_AS_DOUBLE(value);
        return 0;
    }
    if (PyBool_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "expected a float");
        return -1;
    }
    *out = PyFloat_AsDouble(value);
    return *out == -1.0 && PyErr_Occurred() ? -1 : 0;
}
static int address(PyObject *value, void **out) {
    if (value == Py_None) {
        *out = NULL;
        return 0;
    }
    uint64_t bits;
    if (natural(value, &bits)) return -1;
    *out = (void *)(uintptr_t)bits;
    return 0;
}
static int block(PyObject *value, Py_buffer *view, const char **out) {
    if (PyUnicode_Check(value)) {
        Py_ssize_t size;
        *out = PyUnicode_AsUTF8AndSize(value, &size);
        if (!*out) return -1;
        if (strlen(*out) != (size_t)size) {
            PyErr_SetString(PyExc_ValueError, "NUL in text");
            return -1;
        }
        return 0;
    }
    if (PyBytes_CheckExact(value)) {
        *out = PyBytes_AS_STRING(value);
        return 0;
    }
    if (value == Py_None) {
        *out = NULL;
        return 0;
    }
    if (PyObject_GetBuffer(value, view, PyBUF_SIMPLE)) return -1;
    *out = view->buf;
    return 0;
}
"""


def _convert(index: int, type_: str, source: str) -> tuple[str, str]:
    """C statements that convert one argument, and the expression to pass."""
    a = f"a{index}"
    match type_:
        case "i32":
            return f"int64_t {a}; if (integer({source}, INT32_MIN, INT32_MAX, &{a})) return NULL;", f"(int32_t){a}"
        case "i64":
            return f"int64_t {a}; if (integer({source}, INT64_MIN, INT64_MAX, &{a})) return NULL;", a
        case "u64":
            return f"uint64_t {a}; if (natural({source}, &{a})) return NULL;", a
        case "f64" | "f32":
            return f"double {a}; if (number({source}, &{a})) return NULL;", f"({C_TYPES[type_]}){a}"
        case "pointer":
            return f"void *{a}; if (address({source}, &{a})) return NULL;", a
        case "buffer":
            return (
                f"Py_buffer v{index} = {{0}}; const char *{a}; if (block({source}, &v{index}, &{a})) return NULL;",
                a,
            )
        case _:
            refuse = 'PyErr_SetString(PyExc_TypeError, "expected a bool")'
            return f"if (!PyBool_Check({source})) {{ {refuse}; return NULL; }}", f"{source} == Py_True"


_TO_PYTHON = {"i32": "PyLong_FromLong(r)", "u64": "PyLong_FromUnsignedLongLong(r)", "f64": "PyFloat_FromDouble(r)"} | {
    "f32": "PyFloat_FromDouble(r)",
    "bool": "PyBool_FromLong(r)",
    "pointer": "(r ? PyLong_FromVoidPtr(r) : Py_NewRef(Py_None))",
}


def hand_written_source() -> str:
    """The C text of the extension module `hand`."""
    parts, table = [HAND_WRITTEN_HEAD], []
    for case in _functions().values():
        count = len(case.parameters)
        flag = {0: "METH_NOARGS", 1: "METH_O"}.get(count, "METH_FASTCALL")
        parameter = "PyObject *unused" if count == 0 else "PyObject *value" if count == 1 else ""
        head = f"PyObject *self, {parameter}" if count < 2 else "PyObject *self, PyObject *const *values, Py_ssize_t n"
        steps = [
            _convert(i, type_, "value" if count == 1 else f"values[{i}]") for i, type_ in enumerate(case.parameters)
        ]
        lines = [statement for statement, _ in steps]
        if count >= 2:
            arity = f'PyErr_SetString(PyExc_TypeError, "{case.name}() takes {count} arguments")'
            lines.insert(0, f"if (n != {count}) {{ {arity}; return NULL; }}")
        passed = ", ".join(expression for _, expression in steps)
        lines.append(f"{C_TYPES[case.result]} r = {case.name}({passed});")
        lines += [f"if (v{i}.obj) PyBuffer_Release(&v{i});" for i, t in enumerate(case.parameters) if t == "buffer"]
        body = "\n    ".join([*lines, f"return {_TO_PYTHON[case.result]};"])
        parts.append(f"extern {case.prototype};\nstatic PyObject *py_{case.name}({head}) {{\n    {body}\n}}\n")
        table.append(f'{{"{case.name}", (PyCFunction)(void (*)(void))py_{case.name}, {flag}, NULL}},')
    parts.append("static PyObject *py_empty0(PyObject *self, PyObject *unused) { Py_RETURN_NONE; }\n")
    parts.append("static PyObject *py_empty1(PyObject *self, PyObject *value) { Py_RETURN_NONE; }\n")
    parts.append("static PyObject *py_empty(PyObject *self, PyObject *const *v, Py_ssize_t n) { Py_RETURN_NONE; }\n")
    table.append('{"empty0", py_empty0, METH_NOARGS, NULL}, {"empty1", py_empty1, METH_O, NULL},')
    table.append('{"empty", (PyCFunction)(void (*)(void))py_empty, METH_FASTCALL, NULL},')
    parts.append("static PyMethodDef methods[] = {\n" + "\n".join(table) + "\n{NULL, NULL, 0, NULL}};\n")
    parts.append('static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "hand", NULL, -1, methods};\n')
    parts.append("PyMODINIT_FUNC PyInit_hand(void) { return PyModule_Create(&module); }\n")
    return "".join(parts)


def library_source() -> str:
    """The C text of the library that everybody calls."""
    functions = [f"{case.prototype} {{ {_body(case)} }}" for case in _functions().values()]
    return "\n".join(["#include <stdbool.h>", "#include <stdint.h>", *functions, ""])


def build(folder: Path) -> dict[str, Callable[[Case], Callable[..., Any]]]:
    """Compile everything into `folder`.

    Returns
    -------
    For each contender, a function from a case to the callable that it gives for it.
    """
    library = folder / "libcontest.so"
    (folder / "contest.c").write_text(library_source())
    (folder / "hand.c").write_text(hand_written_source())
    compiler = shutil.which("cc") or "gcc"
    flags = ["-std=c11", "-O2", "-shared", "-fPIC"]
    subprocess.run([compiler, *flags, str(folder / "contest.c"), "-o", str(library)], check=True)
    link = [f"-L{folder}", "-lcontest", f"-Wl,-rpath,{folder}"]
    include = f"-I{sysconfig.get_path('include')}"
    module = folder / f"hand{sysconfig.get_config_var('EXT_SUFFIX')}"
    subprocess.run([compiler, *flags, "-w", include, str(folder / "hand.c"), "-o", str(module), *link], check=True)
    hand = load("hand", module)
    api = _cffi_api(folder).lib
    abi = _cffi_abi(library)
    loaded = ctypes.CDLL(str(library))
    schema = {case.name: {"parameters": list(case.parameters), "result": case.result} for case in _functions().values()}
    bound = ffi_core.dlopen(library, schema)
    empties = {0: hand.empty0, 1: hand.empty1}
    return {
        "empty builtin": lambda case: empties.get(len(case.parameters), hand.empty),
        "hand-written": lambda case: getattr(hand, case.name),
        "ffi_core": lambda case: bound[case.name],
        "cffi API": lambda case: getattr(api, case.name),
        "cffi ABI": lambda case: getattr(abi, case.name),
        "ctypes": lambda case: _ctypes_function(loaded, case),
    }


def foreign_arguments(contender: str, case: Case) -> tuple[Any, ...]:
    """The case's arguments as a contender takes them: cffi wants a cast pointer, and bytes where we take text."""
    if contender.startswith("cffi") and "pointer" in case.parameters:
        from cffi import FFI

        return tuple(FFI().cast("void *", value) for value in case.arguments)
    if contender.startswith("cffi") and any(isinstance(value, bytearray) for value in case.arguments):
        from cffi import FFI

        # The pointer is made outside the timed loop, which favours cffi.
        return tuple(FFI().from_buffer("char[]", value) for value in case.arguments)
    if contender == "ctypes" and any(isinstance(value, bytearray) for value in case.arguments):
        return tuple(bytes(value) for value in case.arguments)
    if contender in ("cffi API", "cffi ABI", "ctypes"):
        return tuple(value.encode() if isinstance(value, str) else value for value in case.arguments)
    return case.arguments


def _prototypes() -> str:
    return "\n".join(f"{case.prototype};" for case in _functions().values())


def _cffi_api(folder: Path) -> Any:
    from cffi import FFI

    ffi = FFI()
    ffi.cdef(_prototypes())
    ffi.set_source(
        "contest_api",
        f"#include <stdbool.h>\n#include <stdint.h>\n{_prototypes()}",
        libraries=["contest"],
        library_dirs=[str(folder)],
        runtime_library_dirs=[str(folder)],
        extra_compile_args=["-O2"],
    )
    return load("contest_api", Path(ffi.compile(tmpdir=str(folder))))


def _cffi_abi(library: Path) -> Any:
    from cffi import FFI

    ffi = FFI()
    ffi.cdef(_prototypes())
    return ffi.dlopen(str(library))


def _ctypes_function(library: ctypes.CDLL, case: Case) -> Callable[..., Any]:
    function = library[case.name]
    function.argtypes = [CTYPES[type_] for type_ in case.parameters]
    function.restype = CTYPES[case.result]
    return function


def load(name: str, path: Path) -> Any:
    """Import an extension module from its file."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no extension module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
