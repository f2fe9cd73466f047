"""A header through the compiler's preprocessor (``cc -E``), cut into external declarations that plain C99 can parse.

What GNU C adds is taken out token by token. Attributes that change a layout leave a mark, so that nobody computes such
a layout from the fields alone.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ffi_core.headers.request import HeaderError, HeaderFailure, HeaderRequest

ODD_LAYOUT = "ffi_core_odd_layout"
"""A field of this name marks a struct whose layout does not follow from its fields."""

_TOKEN = re.compile(
    rb"""(?P<space>[ \t\r\f\v]+)
    |(?P<newline>\n)
    |(?P<directive>^\#[^\n]*)
    |(?P<word>[A-Za-z_$][\w$]*)
    |(?P<number>\.?[0-9](?:[eEpP][+-]|[\w.])*)
    |(?P<text>[LuU]?8?"(?:[^"\\\n]|\\.)*"|[LuU]?'(?:[^'\\\n]|\\.)*')
    |(?P<mark>\.\.\.|<<=?|>>=?|->|\+\+|--|&&|\|\||[-+*/%&|^!=<>]=|.)""",
    re.VERBOSE | re.MULTILINE,
)
_LINE = re.compile(rb'#\s*(?:line\s+)?(\d+)\s+"((?:[^"\\]|\\.)*)"')
_DEFINE = re.compile(rb"#\s*define\s+([A-Za-z_]\w*)\(([^)]*)\)")
_UNDEF = re.compile(rb"#\s*undef\s+([A-Za-z_]\w*)")
_PACK = re.compile(rb"#\s*pragma\s+pack\s*\(([^)]*)\)")
_LAYOUT = re.compile(rb"packed|aligned|mode|vector_size|ms_struct|scalar_storage_order|transparent_union")
_WITH_ARGUMENTS = {b"__attribute__", b"__attribute", b"__asm__", b"__asm", b"asm", b"_Alignas", b"__declspec"}
_LABELS = {b"__asm__", b"__asm", b"asm"}
_DROPPED = {b"__extension__", b"__inline", b"__inline__", b"inline", b"_Noreturn", b"__restrict", b"__restrict__"}
_DROPPED |= {b"restrict", b"__volatile__", b"__volatile", b"volatile", b"_Nullable", b"_Nonnull", b"__thread"}
_REPLACED = {b"__const": b"const", b"__const__": b"const", b"__signed__": b"signed", b"__signed": b"signed"}
_MOST_OUTPUT = 256 << 20


@dataclass(slots=True)
class Chunk:
    """One external declaration: its cleaned text, the file and line where it starts.

    Each newline of the original is kept, so that lines can be counted from the start. `words` are the identifiers in
    it, `odd` says that an attribute changes a layout, `label` is the assembler's name for what is declared.
    """

    file: str
    line: int
    pieces: list[bytes] = field(default_factory=list)
    words: set[bytes] = field(default_factory=set)
    odd: bool = False
    label: str = ""

    @property
    def text(self) -> str:
        """The declaration, ready to parse; in a packed one every struct is marked."""
        text = b"".join(self.pieces).decode("utf-8", "replace")
        if self.odd:
            text = re.sub(r"\b((?:struct|union)\b[^{};()]*\{)", rf"\1 int {ODD_LAYOUT};", text)
        return text


@dataclass(frozen=True, slots=True)
class Macro:
    """A function-like macro that is defined at the end of the file."""

    name: str
    parameters: tuple[str, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Preprocessed:
    """What the preprocessor left: declarations, macros, every file it read, its complaints."""

    chunks: tuple[Chunk, ...]
    macros: tuple[Macro, ...]
    files: tuple[str, ...]
    complaints: tuple[str, ...]


def preprocess(request: HeaderRequest, compiler: str) -> Preprocessed:
    """Run the preprocessor over headers.

    Parameters
    ----------
    request: which, and how.
    compiler: the program: ``cc``.

    Raises
    ------
    HeaderError: it gave nothing.
    """
    program = shutil.which(compiler)
    if program is None:
        raise HeaderError(request.headers[0], HeaderFailure.NO_PARSER, f"there is no C compiler {compiler!r}")
    directories = [f"-I{directory}" for directory in request.include_dirs]
    defines = [f"-D{define}" for define in request.defines]
    command = [program, "-E", "-dD", "-std=gnu17", "-x", "c", *directories, *defines, "-"]
    done = subprocess.run(command, input=request.source().encode(), capture_output=True, check=False)
    complaints = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if "error:" in line]
    if len(done.stdout) > _MOST_OUTPUT:
        raise HeaderError(request.headers[0], HeaderFailure.UNREADABLE, "preprocessed, it is larger than 256 MiB")
    found = _Cutter(done.stdout).cut()
    if done.returncode and not found.chunks:
        kind = HeaderFailure.NOT_FOUND if "No such file" in "".join(complaints) else HeaderFailure.UNREADABLE
        detail = complaints[0].partition("error: ")[2] if complaints else "the preprocessor gave nothing"
        raise HeaderError(request.headers[0], kind, detail)
    return Preprocessed(found.chunks, found.macros, found.files, tuple(complaints[:50]))


class _Cutter:
    """Walks the tokens once, following line markers, brackets and ``#pragma pack``."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._file, self._line = "", 1
        self._chunks: list[Chunk] = []
        self._macros: dict[str, Macro] = {}
        self._files: dict[str, None] = {}
        self._pack: list[bool] = []
        self._packed = False
        self._chunk: Chunk | None = None

    def cut(self) -> Preprocessed:
        depth = 0
        behind_bracket = False  # whether the last token closed a parameter list, so that `{` opens a body
        tokens = self._tokens()
        for kind, token in tokens:
            if kind == "directive":
                self._directive(token)
                continue
            if kind in ("newline", "space"):
                if self._chunk is not None:
                    self._chunk.pieces.append(token)
                continue
            if token in _DROPPED or token in _WITH_ARGUMENTS:
                if token in _WITH_ARGUMENTS:
                    self._skip_group(tokens, is_label=token in _LABELS and depth == 0)
                continue
            if token == b"{" and depth == 0 and behind_bracket:
                self._skip_body(tokens)
                self._add(kind, b";")
                self._end()
                behind_bracket = False
                continue
            self._add(kind, _REPLACED.get(token, token))
            depth += (token in (b"{", b"(", b"[")) - (token in (b"}", b")", b"]"))
            behind_bracket = token == b")" and depth == 0
            if token == b";" and depth <= 0:
                self._end()
                depth = 0
        return Preprocessed(tuple(self._chunks), tuple(self._macros.values()), tuple(self._files), ())

    def _tokens(self) -> Iterator[tuple[str, bytes]]:
        for match in _TOKEN.finditer(self._text):
            kind = match.lastgroup or "mark"
            token = match.group()
            if kind == "newline":
                self._line += 1
            yield kind, token

    def _add(self, kind: str, token: bytes) -> None:
        if self._chunk is None:
            if token == b";":
                return
            self._chunk = Chunk(self._file, self._line, odd=self._packed)
        self._chunk.pieces.append(token)
        if kind == "word":
            self._chunk.words.add(token)

    def _end(self) -> None:
        if self._chunk is not None:
            self._chunks.append(self._chunk)
            self._chunk = None

    def _directive(self, token: bytes) -> None:
        marker = _LINE.match(token)
        if marker is not None:
            file = marker.group(2).decode("utf-8", "replace").replace("\\\\", "\\")
            # The newline behind the marker brings the line to its number.
            self._file, self._line = file, int(marker.group(1)) - 1
            if not file.startswith("<"):
                self._files[file] = None
            if self._chunk is not None:
                self._chunk.pieces.append(b'\n# %d "%s"' % (self._line + 1, marker.group(2)))
            return
        macro = _DEFINE.match(token)
        if macro is not None and not macro.group(1).startswith(b"_") and not self._file.startswith("<"):
            words = tuple(word.strip() for word in macro.group(2).decode("utf-8", "replace").split(",") if word.strip())
            name = macro.group(1).decode()
            self._macros[name] = Macro(name, words, self._file, self._line)
        gone = _UNDEF.match(token)
        if gone is not None:
            self._macros.pop(gone.group(1).decode(), None)
        pack = _PACK.match(token)
        if pack is not None:
            self._set_pack([word.strip() for word in pack.group(1).split(b",")])

    def _set_pack(self, words: list[bytes]) -> None:
        if b"push" in words:
            self._pack.append(self._packed)
        if b"pop" in words:
            self._packed = self._pack.pop() if self._pack else False
        elif any(word.isdigit() for word in words):
            self._packed = True
        elif words == [b""]:
            self._packed = False

    def _skip_group(self, tokens: Iterator[tuple[str, bytes]], *, is_label: bool) -> None:
        """Skip ``((...))`` behind a word, noting what matters in it. Newlines inside keep the count of lines."""
        depth = 0
        for kind, token in tokens:
            if kind in ("newline", "space"):
                if self._chunk is not None:
                    self._chunk.pieces.append(token)
                continue
            depth += (token == b"(") - (token == b")")
            if self._chunk is not None:
                self._chunk.odd = self._chunk.odd or (kind == "word" and _LAYOUT.search(token) is not None)
                if is_label and kind == "text":
                    self._chunk.label += token[1:-1].decode("utf-8", "replace")
            if depth <= 0:
                break

    def _skip_body(self, tokens: Iterator[tuple[str, bytes]]) -> None:
        depth = 1
        for kind, token in tokens:
            if kind == "directive":
                self._directive(token)
            depth += (token == b"{") - (token == b"}")
            if depth <= 0:
                return


def existing(files: tuple[str, ...]) -> list[str]:
    """Those of the files that are there; a preprocessor also names places that are none."""
    return [file for file in files if Path(file).is_file()]
