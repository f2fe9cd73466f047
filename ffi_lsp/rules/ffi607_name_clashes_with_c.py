"""A symbol whose name C has taken already.

## What it does

Finds symbols that are called like a function or type of the C headers that Porffor's programs include, or like a word
of the language. `stdlib.h`, `stdint.h` and `dlfcn.h` are always there; `stdio.h` comes in where something is printed,
`math.h` where functions such as `Math.floor` are used, `time.h` with `performance.now` and dates. Porffor only.

## Why is this bad

Porffor makes a C variable of the symbol's name. The C compiler refuses it: "redeclared as different kind of symbol". A
symbol called `main` compiles, and crashes.

## Bad

```js
const { abs } = Porffor.dlopen("libc.so.6", {
  abs: { parameters: ["i32"], result: "i32" },
});
const five = abs(-5);
console.log(five);
```

## Good

```js
const { toupper } = Porffor.dlopen("libc.so.6", {
  toupper: { parameters: ["i32"], result: "i32" },
});
const letter = toupper(97);
console.log(letter);
```

## Fix

None: Porffor gives symbols no other name. A small library of one's own can.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import DlopenCall, SourceDeclaration
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.edits import stands_in_code
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR
DIALECTS = frozenset({"porffor"})

# C11, 7.22, and what glibc adds to it.
_STDLIB = """
a64l abort abs aligned_alloc alloca at_quick_exit atexit atof atoi atol atoll bsearch calloc clearenv div drand48 ecvt
erand48 exit _Exit fcvt free gcvt getenv getloadavg getsubopt initstate jrand48 l64a labs lcong48 ldiv llabs lldiv
lrand48 malloc mblen mbstowcs mbtowc mkdtemp mkstemp mkstemps mktemp mrand48 nrand48 on_exit posix_memalign putenv qsort
quick_exit rand rand_r random realloc reallocarray realpath rpmatch seed48 select setenv setstate srand srand48 srandom
strtod strtof strtol strtold strtoll strtoul strtoull system unsetenv valloc wcstombs wctomb
"""
# C11, 7.21, and what glibc adds to it.
_STDIO = """
clearerr ctermid dprintf fclose fdopen feof ferror fflush fgetc fgetpos fgets fileno fmemopen fopen fprintf fputc fputs
fread freopen fscanf fseek fseeko fsetpos ftell ftello fwrite getc getchar getdelim getline getw open_memstream pclose
perror popen printf putc putchar puts putw remove rename renameat rewind scanf setbuf setbuffer setlinebuf setvbuf
snprintf sprintf sscanf tempnam tmpfile tmpnam ungetc vdprintf vfprintf vfscanf vprintf vscanf vsnprintf vsprintf
vsscanf stdin stdout stderr
"""
# C11, 7.12, and what glibc adds to it; each also with f and l behind it.
_MATH = """
acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1 fabs fdim floor fma fmax fmin
fmod frexp hypot ilogb ldexp lgamma llrint llround log log10 log1p log2 logb lrint lround modf nearbyint nextafter
nexttoward pow remainder remquo rint round scalbln scalbn sin sinh sqrt tan tanh tgamma trunc
"""
# C11, 7.27, and what POSIX adds to it.
_TIME = """
asctime asctime_r clock clock_getcpuclockid clock_getres clock_gettime clock_nanosleep clock_settime ctime ctime_r
difftime gmtime gmtime_r localtime localtime_r mktime nanosleep strftime time timegm timer_create timer_delete
timer_getoverrun timer_gettime timer_settime timespec_get tzset
"""
# C11, 6.4.1
_KEYWORDS = """
auto break case char const continue default do double else enum extern float for goto if inline int long register
restrict return short signed sizeof static struct switch typedef union unsigned void volatile while
"""
_TYPES = " ".join(
    f"{sign}int{bits}_t {letter}{bits}" for sign, letter in (("", "i"), ("u", "u")) for bits in (8, 16, 32, 64)
)
_TAKEN = {
    **dict.fromkeys(_STDLIB.split(), "a function of stdlib.h"),
    **dict.fromkeys(("dlopen", "dlsym", "dlclose", "dlerror"), "a function of dlfcn.h"),
    **dict.fromkeys(_KEYWORDS.split(), "a word of C"),
    **dict.fromkeys(f"{_TYPES} f32 f64".split(), "a type in Porffor's programs"),
}
_WITH_LETTER = ("", "f", "l")
_TAKEN_WITH = (
    (frozenset(_STDIO.split()), "stdio.h", ("console",)),
    (
        frozenset(word + letter for word in _MATH.split() for letter in _WITH_LETTER),
        "math.h",
        tuple(f"Math.{word}" for word in ("floor", "ceil", "round", "trunc", "sin", "cos", "tan", "pow", "exp", "log")),
    ),
    (frozenset(_TIME.split()), "time.h", ("performance.now", "Date")),
)
"""Names, the header that declares them, and words of JavaScript of which each brings that header in."""


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """Every key that is taken by what other words of the program bring in."""
    taken_here = _taken_here(call)
    for entry in call.declarations if taken_here else ():
        if entry.name in taken_here and entry.name not in _TAKEN:
            yield _finding(entry, taken_here[entry.name])


def check_declaration(_call: DlopenCall, _facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """A key that is taken in every program."""
    if entry.name in _TAKEN:
        yield _finding(entry, _TAKEN[entry.name])
    elif entry.name == "main":
        message = "'main' is where the program that Porffor makes begins; it crashes at once"
        yield Finding(entry.name_span, message, entry.name)


def _finding(entry: SourceDeclaration, taken: str) -> Finding:
    message = f"{entry.name!r} is {taken}; the program that Porffor makes does not compile"
    return Finding(entry.name_span, message, entry.name)


def _taken_here(call: DlopenCall) -> dict[str, str]:
    """Those of the keys that something else in the program takes, each with what has taken it."""
    keys = {entry.name for entry in call.declarations}
    taken: dict[str, str] = {}
    for names, header, words in _TAKEN_WITH:
        clashing = keys & names
        # To look for bytes is cheap; whether they are code, and no comment or text, is not.
        used = (word for word in words if word.encode() in call.source and stands_in_code(call, word))
        word = next(used, None) if clashing else None
        if word is not None:
            taken |= dict.fromkeys(clashing, f"a function of {header}, which {word!r} brings in")
    return taken
