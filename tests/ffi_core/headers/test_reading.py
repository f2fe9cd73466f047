"""Real headers through both parsers: how much they declare, ten signatures of each, and agreement on all of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ffi_core.c_types import CInteger, CPointer, CStruct, CType, CUnknown
from ffi_core.headers import HeaderError, HeaderFailure, HeaderRequest, Parser, PrototypeTable, read_headers
from ffi_core.model import Prototype, PrototypeKind

ReadText = Callable[..., PrototypeTable]
SPOTS: dict[str, tuple[int, list[str]]] = {
    "sqlite3.h": (
        270,
        [
            "int sqlite3_open(const char *filename, sqlite3 **ppDb)",
            "int sqlite3_open_v2(const char *filename, sqlite3 **ppDb, int flags, const char *zVfs)",
            "int sqlite3_close(sqlite3 *)",
            "int sqlite3_step(sqlite3_stmt *)",
            "sqlite3_int64 sqlite3_column_int64(sqlite3_stmt *, int iCol)",
            "double sqlite3_column_double(sqlite3_stmt *, int iCol)",
            "const unsigned char *sqlite3_column_text(sqlite3_stmt *, int iCol)",
            "const char *sqlite3_libversion(void)",
            "char *sqlite3_mprintf(const char *, ...)",
            "int sqlite3_busy_handler(sqlite3 *, int (*)(void *, int), void *)",
        ],
    ),
    "zlib.h": (
        150,
        [
            "const char *zlibVersion(void)",
            "int deflate(z_streamp strm, int flush)",
            "int inflate(z_streamp strm, int flush)",
            "int inflateEnd(z_streamp strm)",
            "int compress(Bytef *dest, uLongf *destLen, const Bytef *source, uLong sourceLen)",
            "uLong compressBound(uLong sourceLen)",
            "uLong crc32(uLong crc, const Bytef *buf, uInt len)",
            "uLong adler32(uLong adler, const Bytef *buf, uInt len)",
            "gzFile gzopen(const char *, const char *)",
            "int gzprintf(gzFile file, const char *format, ...)",
        ],
    ),
    "math.h": (
        300,
        [
            "double cos(double x)",
            "float sqrtf(float x)",
            "double pow(double x, double y)",
            "double ldexp(double x, int exponent)",
            "double frexp(double x, int *exponent)",
            "long lround(double x)",
            "long long llrint(double x)",
            "double modf(double x, double *iptr)",
            "long double fmal(long double x, long double y, long double z)",
            "double nan(const char *tagb)",
        ],
    ),
    "string.h": (
        45,
        [
            "void *memcpy(void *dest, const void *src, size_t n)",
            "int memcmp(const void *s1, const void *s2, size_t n)",
            "void *memset(void *s, int c, size_t n)",
            "char *strcpy(char *dest, const char *src)",
            "char *strcat(char *dest, const char *src)",
            "int strcmp(const char *s1, const char *s2)",
            "char *strchr(const char *s, int c)",
            "size_t strlen(const char *s)",
            "char *strtok(char *s, const char *delim)",
            "char *strerror(int errnum)",
        ],
    ),
    "stdio.h": (
        70,
        [
            "FILE *fopen(const char *filename, const char *modes)",
            "int fclose(FILE *stream)",
            "size_t fread(void *ptr, size_t size, size_t n, FILE *stream)",
            "size_t fwrite(const void *ptr, size_t size, size_t n, FILE *s)",
            "int printf(const char *format, ...)",
            "int snprintf(char *s, size_t maxlen, const char *format, ...)",
            "int vprintf(const char *format, va_list arg)",
            "int fseek(FILE *stream, long off, int whence)",
            "long ftell(FILE *stream)",
            "int puts(const char *s)",
        ],
    ),
    "curl/curl.h": (
        200,
        [
            "CURL *curl_easy_init(void)",
            "CURLcode curl_easy_setopt(CURL *curl, CURLoption option, ...)",
            "CURLcode curl_easy_perform(CURL *curl)",
            "void curl_easy_cleanup(CURL *curl)",
            "CURLcode curl_global_init(long flags)",
            "const char *curl_easy_strerror(CURLcode)",
            "char *curl_easy_escape(CURL *handle, const char *string, int length)",
            "struct curl_slist *curl_slist_append(struct curl_slist *, const char *)",
            "CURLM *curl_multi_init(void)",
            "time_t curl_getdate(const char *p, const time_t *unused)",
        ],
    ),
    "openssl/ssl.h": (
        4000,
        [
            "SSL_CTX *SSL_CTX_new(const SSL_METHOD *meth)",
            "SSL *SSL_new(SSL_CTX *ctx)",
            "int SSL_connect(SSL *ssl)",
            "int SSL_read(SSL *ssl, void *buf, int num)",
            "int SSL_write(SSL *ssl, const void *buf, int num)",
            "int SSL_shutdown(SSL *s)",
            "void SSL_free(SSL *ssl)",
            "int SSL_get_error(const SSL *s, int ret_code)",
            "const SSL_METHOD *TLS_client_method(void)",
            "int OPENSSL_init_ssl(uint64_t opts, const OPENSSL_INIT_SETTINGS *settings)",
        ],
    ),
}
PACKAGES = {
    "sqlite3.h": "libsqlite3-dev",
    "zlib.h": "zlib1g-dev",
    "curl/curl.h": "libcurl4-openssl-dev",
    "openssl/ssl.h": "libssl-dev",
}


def installed(header: str, parser: Parser | None = None) -> PrototypeTable:
    try:
        return read_headers(HeaderRequest((header,)), parser=parser, timeout=60)
    except HeaderError as error:
        if error.reason is HeaderFailure.NOT_FOUND and header in PACKAGES:
            pytest.skip(f"{header} is not installed; on Debian it comes with {PACKAGES[header]}")
        raise


def shape(text: str) -> str:
    """A prototype without what libc's choose for themselves: its parameters' names, and underscores before others."""
    return re.sub(r"\b__+", "", re.sub(r"\b(?!\.)(\w+)(?=[,)])", _without_parameter_name, text))


def _without_parameter_name(match: re.Match[str]) -> str:
    words = match.string[: match.start()].rstrip()
    is_name = words.endswith(("*",)) or (words[-1:].isalnum() and not words.endswith("("))
    return "" if is_name and not words.endswith(("unsigned", "long", "const", "struct")) else match.group()


@pytest.mark.parametrize("header", SPOTS)
def test_a_real_header_gives_its_functions_with_their_types(header: str, parser: Parser) -> None:
    table = installed(header, parser)
    least, wanted = SPOTS[header]
    functions = [name for name in table if table[name].kind is PrototypeKind.FUNCTION]
    assert len(functions) >= least
    for text in wanted:
        name = re.search(r"(\w+)\(", text)
        assert name is not None
        found = table[name.group(1)]
        assert shape(str(found)) == shape(text)
        assert Path(found.header).is_file()
        line = Path(found.header).read_text(errors="replace").splitlines()[found.line - 1]
        assert name.group(1) in line or name.group(1).rstrip("fl") in line, f"{found.where} says {line!r}"


COMPILERS_OWN = re.compile(r"/(clang/native|lib/gcc|lib/clang|lib/llvm)")


def known(type_: CType) -> bool:
    """Whether every part of a type is one that both parsers model; packed structs are known to clang alone."""
    match type_:
        case CUnknown():
            return False
        case CPointer(to=CStruct(complete=True, size=0)):
            return False
        case CPointer(to=to):
            return known(to)
        case _:
            return not hasattr(type_, "result") or all(map(known, (type_.result, *type_.parameters)))


def comparable(prototype: Prototype) -> bool:
    if COMPILERS_OWN.search(prototype.header) or prototype.name.startswith("_"):
        return False
    if prototype.is_macro:
        return True
    return all(known(type_) for type_ in (prototype.result, *(type_ for _, type_ in prototype.parameters)))


@pytest.mark.parametrize("header", SPOTS)
def test_both_parsers_agree_on_all_that_both_know(header: str) -> None:
    clang, pycparser = installed(header, Parser.LIBCLANG), installed(header, Parser.PYCPARSER)
    both = [name for name in clang if name in pycparser and comparable(clang[name]) and comparable(pycparser[name])]
    functions = [name for name in clang if clang[name].kind is PrototypeKind.FUNCTION and not name.startswith("_")]
    assert len(both) > 0.9 * len(functions)
    # Which macros there are, and where, depends on what a compiler says of its own version.
    different = [
        (clang[name], pycparser[name])
        for name in both
        if clang[name] != pycparser[name] and not (clang[name].is_macro and pycparser[name].is_macro)
    ]
    assert different == []
    assert not {name for name in functions if name not in pycparser}


def test_what_is_only_a_macro_is_known_as_one(read_text: ReadText, parser: Parser) -> None:
    table = read_text("#define twice(x) ((x) + (x))\n#define SIZE 4\nint real(int);\n#define real(x) real(x)\n", parser)
    assert table["twice"].is_macro
    assert str(table["twice"]) == "#define twice(x)"
    assert table["real"].kind is PrototypeKind.FUNCTION
    assert "SIZE" not in table


def test_inline_and_static_functions_are_told_apart(read_text: ReadText, parser: Parser) -> None:
    table = read_text("static inline int hidden(int x) { return x; }\nextern int seen(int x);\n", parser)
    assert "seen" in table
    assert "hidden" not in table


def test_a_type_that_the_header_does_not_define_is_unknown_and_never_int(read_text: ReadText, parser: Parser) -> None:
    table = read_text(
        "typedef missing_t alias_t;\nint takes(alias_t x);\nint fine(int x);\nint bad(missing_t x);\n", parser
    )
    assert table["fine"].parameters == (("x", CInteger("int")),)
    assert table.complaints
    for name in ("takes", "bad"):
        if name in table:
            assert isinstance(table[name].parameters[0][1], CUnknown)


def test_a_function_that_an_assembler_label_renames_is_known_by_the_name_it_is_exported_under(
    read_text: ReadText, parser: Parser
) -> None:
    table = read_text('int open_it(int) __asm__("" "open_it64"); int scan(int) __asm__("__isoc99_scan");', parser)
    assert "open_it64" in table
    assert "open_it" not in table
    assert {"scan", "__isoc99_scan"} <= set(table)


def test_the_comment_above_a_declaration_comes_without_its_marks(read_text: ReadText, parser: Parser) -> None:
    text = """/** Adds two numbers.
 *  They are ints. */
int add(int a,
        int b);
int unspoken(void);

// Once more,
// with feeling.
#ifdef X
#endif
int again(void);
int other(void); /* of other */
int after(void);
"""
    table = read_text(text, parser)
    assert table["add"].comment == "Adds two numbers.\nThey are ints."
    assert table["again"].comment == "Once more,\nwith feeling."
    assert [table[name].comment for name in ("unspoken", "other", "after")] == ["", "", ""]
    assert table["add"].line == 3


def test_prototypes_hold_what_c_says_and_nothing_of_the_machine(read_text: ReadText, parser: Parser) -> None:
    text = """#include <stddef.h>
#include <stdint.h>
enum color { RED, GREEN = 5 };
enum deep { LOW = -1 };
typedef enum { ON } flag;
struct hidden;
typedef struct { unsigned a : 3; int b; } bits;
typedef int (*visit)(const struct hidden *, size_t, ...);
long f(size_t n, int64_t i, enum color c, enum deep d, flag g, char ch, visit v, const char *const *list, int table[4]);
extern const unsigned short version;
void old();
bits both(bits b, _Bool yes, long double wide);
"""
    table = read_text(text, parser)
    assert str(table["f"]) == (
        "long f(size_t n, int64_t i, enum color c, enum deep d, flag g, char ch, visit v, const char *const *list, "
        "int *table)"
    )
    types = dict(table["f"].parameters)
    assert types["n"] == CInteger("size_t")
    assert types["i"] == CInteger("int64_t")
    assert types["c"] == CInteger("unsigned int", None, "enum color")
    assert types["d"] == CInteger("int", None, "enum deep")
    assert types["ch"] == CInteger("char")
    assert table["version"].kind is PrototypeKind.VARIABLE
    assert table["old"].unspecified
    result = table["both"].result
    assert isinstance(result, CStruct)
    assert [(field.name, field.offset, field.bits) for field in result.fields] == [("a", 0, 3), ("b", 32, None)]


def test_a_prototype_too_deep_to_be_real_is_left_out_alone(read_text: ReadText, parser: Parser) -> None:
    doubling = "typedef void (*f0)(void);\n" + "".join(
        f"typedef void (*f{level + 1})(f{level} a, f{level} b);\n" for level in range(40)
    )
    table = read_text(f"{doubling}int deep(f40 f);\nint fine(void);\n", parser)
    assert "fine" in table


def test_both_parsers_name_what_they_left_out(read_text: ReadText, parser: Parser) -> None:
    table = read_text("int good(void);\nint 3 bad;\nint better(void);\n", parser)
    assert {"good", "better"} <= set(table)
    assert table.complaints


def test_the_same_prototype_differs_in_nothing_but_its_place(read_text: ReadText) -> None:
    found = read_text("int f(int a);", Parser.LIBCLANG)["f"]
    moved = read_text("\n\nint f(int a);", Parser.PYCPARSER)["f"]
    assert replace(moved, header=found.header, line=found.line) == found
