"""Headers read by libclang (`libclang-ng` from PyPI, or any libclang that the bindings find). For the worker alone.

The Python bindings load a native library: it is the compiler's, never the user's, and it lives in a process that can
be killed.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ffi_core.c_types import (
    CArray,
    CBool,
    CField,
    CFloat,
    CFunction,
    CInteger,
    CPointer,
    CStruct,
    CType,
    CUnknown,
    CVoid,
)
from ffi_core.headers.abi import Abi
from ffi_core.headers.building import (
    NOT_MODELLED,
    VA_LIST,
    TooLargeError,
    bounded,
    exported_names,
    integer_of,
    is_too_large,
    with_layout,
)
from ffi_core.headers.comments import comment_above, macro_parameters
from ffi_core.headers.request import HeaderAnswer, HeaderError, HeaderFailure, HeaderRequest, Parser, Stamp
from ffi_core.model import Prototype, PrototypeKind

_MAIN = "ffi-headers.c"
_FATAL, _ERROR = 4, 3
_MOST_COMPLAINTS = 50

_INTEGERS = {
    "CHAR_S": "char",
    "CHAR_U": "char",
    "SCHAR": "signed char",
    "UCHAR": "unsigned char",
    "SHORT": "short",
    "USHORT": "unsigned short",
    "INT": "int",
    "UINT": "unsigned int",
    "LONG": "long",
    "ULONG": "unsigned long",
    "LONGLONG": "long long",
    "ULONGLONG": "unsigned long long",
    "WCHAR": "wchar_t",
    "CHAR16": "char16_t",
    "CHAR32": "char32_t",
}
_FLOATS = {"FLOAT": "float", "DOUBLE": "double", "LONGDOUBLE": "long double"}


def is_installed() -> bool:
    """Whether the bindings are there; loads nothing."""
    try:
        return find_spec("clang.cindex") is not None
    except (ImportError, ValueError):
        return False


def read(request: HeaderRequest, abi: Abi) -> HeaderAnswer:
    """Read headers.

    Parameters
    ----------
    request: which, and how.
    abi: of this machine.

    Raises
    ------
    HeaderError: nothing could be read at all: no libclang, or the first header is missing.
    """
    cindex = importlib.import_module("clang.cindex")
    try:
        index = cindex.Index.create()
    except cindex.LibclangError as error:
        raise HeaderError(request.headers[0], HeaderFailure.NO_PARSER, f"libclang cannot be loaded: {error}") from error
    unit_class = cindex.TranslationUnit
    options = unit_class.PARSE_DETAILED_PROCESSING_RECORD | unit_class.PARSE_SKIP_FUNCTION_BODIES
    try:
        unit = index.parse(_MAIN, args=_arguments(request), unsaved_files=[(_MAIN, request.source())], options=options)
    except cindex.TranslationUnitLoadError as error:
        raise HeaderError(request.headers[0], HeaderFailure.UNREADABLE, f"clang cannot read it: {error}") from error
    complaints = [_complaint(entry) for entry in unit.diagnostics if entry.severity >= _ERROR][:_MOST_COMPLAINTS]
    reader = _Reader(cindex, abi, _made_before(request.include_dirs, request.defines))
    prototypes = reader.read(unit)
    missing = next((entry for entry in unit.diagnostics if entry.severity == _FATAL), None)
    if missing is not None and not prototypes:
        kind = HeaderFailure.NOT_FOUND if "file not found" in missing.spelling else HeaderFailure.UNREADABLE
        raise HeaderError(request.headers[0], kind, missing.spelling)
    return HeaderAnswer(Parser.LIBCLANG, prototypes, tuple(_stamps(unit)), tuple(complaints))


_Key = tuple[str, int, str, str]
"""A declaration's file, its offset there, its name and its type as it is written."""


@lru_cache(maxsize=4)
def _made_before(_include_dirs: tuple[str, ...], _defines: tuple[str, ...]) -> dict[_Key, tuple[Prototype, ...]]:
    """What this process made of declarations under the same flags: headers that include each other share most."""
    return {}


def _arguments(request: HeaderRequest) -> list[str]:
    arguments = ["-x", "c", "-std=gnu17", "-ferror-limit=0", "-fno-builtin"]
    native = find_spec("clang.native")
    if native is not None and native.origin is not None:
        resources = Path(native.origin).parent / "resource"
        if resources.is_dir():
            arguments += ["-resource-dir", str(resources)]
    arguments += [f"-I{directory}" for directory in request.include_dirs]
    return arguments + [f"-D{define}" for define in request.defines]


def _complaint(diagnostic: Any) -> str:
    place = diagnostic.location
    where = f"{place.file.name}:{place.line}: " if place.file is not None else ""
    return f"{where}{diagnostic.spelling}"


def _stamps(unit: Any) -> Iterator[Stamp]:
    for name in sorted({inclusion.include.name for inclusion in unit.get_includes()}):
        try:
            status = Path(name).stat()
        except OSError:
            continue
        yield Stamp(os.path.realpath(name), status.st_size, status.st_mtime_ns)


class _Reader:
    """Makes prototypes of cursors; types that many functions share are made once."""

    def __init__(self, cindex: Any, abi: Abi, made: dict[_Key, tuple[Prototype, ...]]) -> None:
        self._kinds, self._cursors, self._abi, self._made = cindex.TypeKind, cindex.CursorKind, abi, made
        # The bindings give these two no methods; every libclang since 7 exports them. The first is clang's own word on
        # a declaration that it mended after an error: it guesses ``int`` then, and we do not.
        self._is_invalid = cindex.conf.lib.clang_isInvalidDeclaration
        self._takes_arguments = cindex.conf.lib.clang_Cursor_isMacroFunctionLike
        self._seen: dict[str, CType] = {}

    def read(self, unit: Any) -> tuple[Prototype, ...]:
        found: dict[str, Prototype] = {}
        macros: dict[str, Prototype] = {}
        for cursor in unit.cursor.get_children():
            kind = cursor.kind
            if kind == self._cursors.FUNCTION_DECL:
                self._add(found, cursor, self._function)
            elif kind == self._cursors.VAR_DECL:
                self._add(found, cursor, self._variable)
            elif kind == self._cursors.MACRO_DEFINITION and self._takes_arguments(cursor):
                for macro in self._remembered(cursor, self._macro):
                    macros[macro.name] = macro
        return (*found.values(), *(macro for name, macro in macros.items() if name not in found))

    def _add(self, found: dict[str, Prototype], cursor: Any, make: Callable[[Any, str], Prototype]) -> None:
        for prototype in self._remembered(cursor, lambda cursor: self._declared(cursor, make)):
            found.setdefault(prototype.name, prototype)

    def _remembered(self, cursor: Any, make: Callable[[Any], Iterator[Prototype]]) -> tuple[Prototype, ...]:
        """What a declaration gives, made now or for another header that includes the same one."""
        location = cursor.location
        if location.file is None:
            return ()
        key = (location.file.name, location.offset, cursor.spelling, cursor.type.spelling)
        if key not in self._made:
            self._made[key] = tuple(make(cursor))
        return self._made[key]

    def _declared(self, cursor: Any, make: Callable[[Any, str], Prototype]) -> Iterator[Prototype]:
        if self._is_invalid(cursor) or cursor.storage_class.name == "STATIC":
            return
        for name in exported_names(cursor.spelling, _label(cursor)):
            with suppress(TooLargeError, RecursionError):
                yield bounded(make(cursor, name))

    def _function(self, cursor: Any, name: str) -> Prototype:
        type_ = cursor.type
        canonical = type_.get_canonical()
        unspecified = canonical.kind == self._kinds.FUNCTIONNOPROTO
        arguments = list(cursor.get_arguments())
        parameters = tuple((argument.spelling, self._parameter(argument.type)) for argument in arguments)
        if any(self._is_invalid(argument) for argument in arguments):
            parameters = tuple(
                (
                    name,
                    CUnknown(argument.type.spelling, "the header does not define it")
                    if self._is_invalid(argument)
                    else type_,
                )
                for (name, type_), argument in zip(parameters, arguments, strict=True)
            )
        variadic = not unspecified and canonical.is_function_variadic()
        where, line = self._place(cursor)
        comment = comment_above(where, line)
        result = self._type(cursor.result_type)
        return Prototype(name, PrototypeKind.FUNCTION, result, parameters, variadic, unspecified, where, line, comment)

    def _variable(self, cursor: Any, name: str) -> Prototype:
        where, line = self._place(cursor)
        comment = comment_above(where, line)
        return Prototype(
            name, PrototypeKind.VARIABLE, self._type(cursor.type), header=where, line=line, comment=comment
        )

    def _macro(self, cursor: Any) -> Iterator[Prototype]:
        where, line = self._place(cursor)
        if cursor.spelling.startswith("_"):
            return
        words = macro_parameters(where, line, cursor.spelling)
        parameters = tuple((word, CUnknown("", "a macro's parameters have no type")) for word in words if word != "...")
        yield Prototype(
            cursor.spelling,
            PrototypeKind.MACRO,
            CUnknown("", "a macro's result has no type"),
            parameters,
            "..." in words,
            header=where,
            line=line,
            comment=comment_above(where, line),
        )

    def _place(self, cursor: Any) -> tuple[str, int]:
        location = cursor.location
        return (location.file.name if location.file is not None else ""), location.line

    def _parameter(self, type_: Any) -> CType:
        """The type of a parameter, which is a pointer where an array or a function is written."""
        canonical = type_.get_canonical()
        arrays = (self._kinds.CONSTANTARRAY, self._kinds.INCOMPLETEARRAY, self._kinds.VARIABLEARRAY)
        if canonical.kind in arrays:
            element = type_.element_type if type_.kind in arrays else canonical.element_type
            to = self._type(element, behind=True)
            return VA_LIST if to == VA_LIST else CPointer(to, element.is_const_qualified())
        made = self._type(type_)
        return CPointer(made) if isinstance(made, CFunction) else made

    def _type(self, type_: Any, *, behind: bool = False) -> CType:
        """The C type; `behind` a pointer, a struct is only named."""
        key = f"{type_.spelling}|{behind}"
        if key in self._seen and type_.spelling and "(unnamed" not in key:
            return self._seen[key]
        made = self._make(type_, behind=behind)
        self._seen[key] = made
        return made

    def _make(self, type_: Any, *, behind: bool) -> CType:
        names: list[str] = []
        while True:
            if type_.kind == self._kinds.TYPEDEF:
                declaration = type_.get_declaration()
                if self._is_invalid(declaration):
                    return CUnknown(declaration.spelling, "the header does not define it", names[0] if names else None)
                names.append(declaration.spelling)
                if declaration.spelling in ("va_list", "__builtin_va_list", "__gnuc_va_list"):
                    return VA_LIST
                type_ = declaration.underlying_typedef_type
            elif type_.kind == self._kinds.ELABORATED:
                type_ = type_.get_named_type()
            elif type_.kind == self._kinds.ATTRIBUTED:
                type_ = type_.get_modified_type() if hasattr(type_, "get_modified_type") else type_.get_canonical()
            else:
                break
        typedef = names[0] if names else None
        kind = type_.kind.name
        if kind in _INTEGERS:
            return integer_of(_INTEGERS[kind], names, self._abi, type_.get_size())
        if kind in _FLOATS:
            return CFloat(_FLOATS[kind], typedef)
        match kind:
            case "VOID":
                return CVoid(typedef)
            case "BOOL":
                return CBool(typedef)
            case "ENUM":
                return self._enum(type_, names)
            case "POINTER" | "BLOCKPOINTER":
                to = type_.get_pointee()
                pointee = self._type(to, behind=True)
                if pointee == VA_LIST:
                    return pointee  # where it is an array of one struct, a parameter of it is a pointer
                return CPointer(pointee, to.is_const_qualified(), typedef)
            case "FUNCTIONPROTO" | "FUNCTIONNOPROTO":
                parameters = tuple(self._parameter(argument) for argument in self._argument_types(type_))
                variadic = kind == "FUNCTIONPROTO" and type_.is_function_variadic()
                return CFunction(
                    self._type(type_.get_result()), parameters, variadic, kind == "FUNCTIONNOPROTO", typedef
                )
            case "CONSTANTARRAY" | "INCOMPLETEARRAY":
                count = type_.element_count if kind == "CONSTANTARRAY" else 0
                return CArray(self._type(type_.element_type, behind=behind), count, typedef)
            case "RECORD":
                return self._record(type_, typedef, behind=behind)
            case "UNEXPOSED" | "INVALID" if type_.get_canonical().kind.name not in ("UNEXPOSED", "INVALID"):
                return self._type(type_.get_canonical(), behind=behind)
            case _:
                return CUnknown(type_.spelling, NOT_MODELLED, typedef)

    def _argument_types(self, type_: Any) -> list[Any]:
        return list(type_.argument_types()) if type_.kind == self._kinds.FUNCTIONPROTO else []

    def _enum(self, type_: Any, names: list[str]) -> CType:
        declaration = type_.get_declaration()
        integer = declaration.enum_type.get_canonical()
        basis = _INTEGERS.get(integer.kind.name)
        tag = _tag("enum", declaration)
        if basis is None or (not declaration.is_definition() and declaration.get_definition() is None):
            return CUnknown(tag, "the header does not define it", names[0] if names else None)
        return CInteger(basis, names[0] if names else None, tag)

    def _record(self, type_: Any, typedef: str | None, *, behind: bool) -> CType:
        declaration = type_.get_declaration()
        word = "union" if declaration.kind == self._cursors.UNION_DECL else "struct"
        tag = _tag(word, declaration)
        if tag == "struct __va_list_tag":
            return VA_LIST
        definition = declaration.get_definition()
        if definition is None:
            return CStruct(tag, typedef=typedef)
        if self._is_invalid(definition) or type_.get_size() < 0:
            return CUnknown(tag, "the header does not define all of it", typedef)
        size, align = type_.get_size(), type_.get_align()
        if behind:
            return CStruct(tag, (), size, align, complete=True, typedef=typedef)
        fields = []
        for field in type_.get_fields():
            if self._is_invalid(field):
                return CUnknown(tag, "the header does not define all of it", typedef)
            bits = field.get_bitfield_width() if field.is_bitfield() else None
            name = "" if "(unnamed" in field.spelling or "(anonymous" in field.spelling else field.spelling
            fields.append(CField(name, self._type(field.type), field.get_field_offsetof(), bits))
        if is_too_large(field.type for field in fields):
            return CUnknown(tag, "it has more parts than any real one", typedef)
        return with_layout(CStruct(tag, tuple(fields), size, align, complete=True, typedef=typedef), self._abi)


def _tag(word: str, declaration: Any) -> str:
    # clang calls an unnamed struct by its typedef; only a real tag has the word before it.
    name = declaration.type.get_canonical().spelling.removeprefix("const ")
    return name if name.startswith(f"{word} ") and "(" not in name else word


def _label(cursor: Any) -> str:
    label: str = cursor.mangled_name
    # Apple's compilers put an underscore before each name, and variants behind a dollar sign.
    return label.removeprefix("_").partition("$")[0] if sys.platform == "darwin" else label
