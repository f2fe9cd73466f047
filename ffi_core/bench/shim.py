"""C text of a library that, preloaded into a program, counts and times the native functions the program looks up.

It stands before the C library's dlsym(3), which every runtime calls, and hands out functions of its own that call the
ones asked for. Pure text; `ffi_core.bench.counting` compiles and uses it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ffi_core.model import DlopenCall, Signature
from ffi_core.types import Kind, NativeType, Type

VARIABLE = "FFI_CORE_COUNTS"
"""The environment variable that names the file of counters."""

_HEAD = """\
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { SYMBOLS = %(symbols)d };
struct counter { _Atomic uint64_t calls, nanoseconds; };
static struct counter unheard[SYMBOLS + 1], *counters = unheard;

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void add(int place, uint64_t start) {
    uint64_t took = now() - start;
    atomic_fetch_add_explicit(&counters[place].calls, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counters[place].nanoseconds, took, memory_order_relaxed);
}

/* The file is mapped, so that what was counted is there however the process ends. */
__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("%(variable)s");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof unheard, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped == MAP_FAILED) return;
    counters = mapped;
    uint64_t least = UINT64_MAX;
    for (int turn = 0; turn < 1000; turn++) {
        uint64_t start = now(), took = now() - start;
        if (took < least) least = took;
    }
    atomic_store(&counters[SYMBOLS].nanoseconds, least);
}
"""

_TAIL = """
static const char *const names[] = {%(names)s};
static void **const originals[] = {%(originals)s};
static void *const counted[] = {%(counted)s};

static void *look_up(void *handle, const char *name) {
    static void *(*original)(void *, const char *);
    if (original == NULL) {
        static const char *const versions[] = {"GLIBC_2.34", "GLIBC_2.2.5", "GLIBC_2.17"};
        for (unsigned place = 0; original == NULL && place < 3; place++) {
            *(void **)&original = dlvsym(RTLD_NEXT, "dlsym", versions[place]);
        }
    }
    return original ? original(handle, name) : NULL;
}

/* A second function of the same name, in another library, goes uncounted. */
void *dlsym(void *restrict handle, const char *restrict name) {
    void *found = look_up(handle, name);
    for (int place = 0; found && place < SYMBOLS; place++) {
        if (strcmp(name, names[place]) != 0) continue;
        if (*originals[place] == NULL) *originals[place] = found;
        return *originals[place] == found ? counted[place] : found;
    }
    return found;
}
"""


def countable(calls: Sequence[DlopenCall]) -> dict[str, Signature]:
    """The C functions that a file binds and that can be counted, in order, each with its signature.

    Structs by value, variadic functions and names that are declared in two ways are left out.
    """
    found: dict[str, set[Signature]] = {}
    for call in calls:
        for entry in call.declarations:
            if entry.declaration is not None and entry.declaration.signature is not None:
                found.setdefault(entry.declaration.symbol, set()).add(entry.declaration.signature)
    return {name: next(iter(signatures)) for name, signatures in found.items() if _is_countable(name, signatures)}


def write_shim(functions: Mapping[str, Signature]) -> str:
    """The library's C text.

    Parameters
    ----------
    functions: what to count, from C name to signature: scalars, addresses and void alone. At least one. Function number
        n has the n-th pair of 64-bit counters in the file, calls and nanoseconds; in the pair behind the last stands
        what reading the clock twice takes.
    """
    places = range(len(functions))
    wrappers = [_wrapper(place, signature) for place, signature in enumerate(functions.values())]
    tail = {
        "names": ", ".join(f'"{name}"' for name in functions),
        "originals": ", ".join(f"(void **)&original_{place}" for place in places),
        "counted": ", ".join(f"(void *)counted_{place}" for place in places),
    }
    return "".join([_HEAD % {"symbols": len(functions), "variable": VARIABLE}, *wrappers, _TAIL % tail])


def _is_countable(name: str, signatures: set[Signature]) -> bool:
    (first, *others) = signatures
    scalar = all(isinstance(type_, NativeType) for type_ in (first.result, *first.parameters))
    return name.isidentifier() and name.isascii() and not others and scalar and first.fixed is None


def _wrapper(place: int, signature: Signature) -> str:
    parameters = [f"{_spell(type_)} a{number}" for number, type_ in enumerate(signature.parameters)]
    takes = ", ".join(parameters) or "void"
    passes = ", ".join(f"a{number}" for number in range(len(parameters)))
    result = _spell(signature.result)
    is_void = signature.result.kind is Kind.VOID
    return f"""
static {result} (*original_{place})({takes});
static {result} counted_{place}({takes}) {{
    uint64_t start = now();
    {"" if is_void else f"{result} result = "}original_{place}({passes});
    add({place}, start);{"" if is_void else " return result;"}
}}
"""


def _spell(type_: Type) -> str:
    assert isinstance(type_, NativeType)
    return "void *" if type_.kind in (Kind.POINTER, Kind.BUFFER, Kind.FUNCTION) else type_.c_type
