"""What is remembered of the parts of a text changes nothing in what is found in the texts that follow."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from ffi_core.library import Library
from ffi_core.model import Prototype
from ffi_lsp.config import Rules, Settings
from ffi_lsp.prototypes import HeaderPrototypes, Mentioned, PrototypeSource
from ffi_lsp.rules import RULES, Rule
from ffi_lsp.workspace import Workspace

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
FILES = sorted(path for path in CORPUS.rglob("*.*") if path.name != "README.md")
PROTOTYPES = HeaderPrototypes()
EVERYTHING = Settings(rules=Rules(hints=True))

Program = Callable[[Rule, str], tuple[Path, bytes]]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("title", ["Bad", "Good"])
def test_an_edited_page_is_judged_as_if_it_were_new(rule: Rule, title: str, program: Program) -> None:
    file, data = program(rule, title)
    assert_judged_as_if_new(file, versions(data))


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(CORPUS)) for file in FILES])
def test_an_edited_file_is_judged_as_if_it_were_new(file: Path) -> None:
    assert_judged_as_if_new(file, versions(file.read_bytes()))


EDITED = {
    "a constant in a schema": (
        """const T = "{}";
const {{ symbols: {{ abs }} }} = Deno.dlopen("libc.so.6", {{ abs: {{ parameters: [T], result: "i32" }} }});
abs(300n);
""",
        ["i32", "u64", "i23", "i32"],
    ),
    "a constant in a call": (
        """const {{ symbols: {{ abs }} }} = Deno.dlopen("libc.so.6", {{
  abs: {{ parameters: ["i8"], result: "i32" }},
}});
const most = {};
function f() {{
  return abs(most);
}}
""",
        ["1", "1000", "'x'", "g()", "1"],
    ),
    "an entry that comes and goes": (
        """const {{ symbols }} = Deno.dlopen("libc.so.6", {{ {} abs: {{ parameters: ["i32"], result: "i32" }} }});
symbols.abs(1);
symbols.labs(1n, 2);
""",
        ["", 'labs: { parameters: ["i64"], result: "i64" },', 'labs: { parameters: [], result: "i64" },', ""],
    ),
    "an entry that is declared once more in front": (
        """const {{ symbols: {{ abs }} }} = Deno.dlopen("libc.so.6", {{
  {}
  abs: {{ parameters: ["i32"], result: "i32" }},
}});
abs("x", 1);
""",
        ["", 'abs: { parameters: ["buffer", "i32"], result: "i32" },', ""],
    ),
    "an entry that is declared once more behind": (
        """const {{ symbols: {{ abs }} }} = Deno.dlopen("libc.so.6", {{
  abs: {{ parameters: ["i32"], result: "i32" }},
  {}
}});
abs("x", 1);
""",
        ["", 'abs: { parameters: ["pointer", "i32"], result: "i32" },', ""],
    ),
    "a schema that moves into the call": (
        """import {{ linkSymbols }} from "bun:ffi";
const schema = {{ sin: {{ args: ["f64"], returns: "f64" }} }};
linkSymbols({});
""",
        ["schema", '{ sin: { args: ["f64"], returns: "f64" } }', "schema"],
    ),
    "a schema for two calls": (
        """import {{ dlopen, linkSymbols }} from "bun:ffi";
const schema = {{ sin: {{ args: ["f64"], returns: "f65" }} }};
const a = dlopen("{}", schema), b = linkSymbols(schema);
a.symbols.sin("x");
b.symbols.sin(1, 2);
""",
        ["libm.so.6", "libc.so.6", "libm.so.6"],
    ),
    "another runtime": (
        """const {{ abs }} = {}("libc.so.6", {{
  abs: {{ parameters: ["u8", "function"], result: "u64" }},
}});
abs(null, 1000);
""",
        ["Porffor.dlopen", "Deno.dlopen", "Porffor.dlopen"],
    ),
    "another library": (
        """const {{ symbols: {{ cos }} }} = Deno.dlopen("{}", {{
  cos: {{ parameters: ["f32"], result: "f32" }},
}});
cos(0);
""",
        ["libm.so.6", "libc.so.6", "libnothing-of-the-kind.so", "libm.so.6"],
    ),
    "a type of koffi's": (
        """import koffi from "koffi";
{}
const lib = koffi.load("libc.so.6");
const f = lib.func("int fclose(HANDLE handle)");
f(1);
""",
        [
            "",
            'koffi.opaque("HANDLE");',
            'koffi.alias("HANDLE", "int");',
            'koffi.pointer("HANDLE", koffi.opaque());',
            "",
        ],
    ),
    "a promise": (
        """const {{ symbols }} = Deno.dlopen("libc.so.6", {{ getpid: {{ parameters: [], result: "i32", {} }} }});
async function f() {{
  const pid = symbols.getpid();
  return pid + 1;
}}
""",
        ["nonblocking: true", "nonblocking: false", "optional: true, nonblocking: true"],
    ),
    "statements that are alike": (
        """const {{ symbols: {{ abs }} }} = Deno.dlopen("libc.so.6", {{
  abs: {{ parameters: ["i8"], result: "i32" }},
}});
abs(1000);
{}
abs(1000);
""",
        ["", "abs(1000);", "abs(1);", "const abs = g;"],
    ),
}


@pytest.mark.parametrize("what", EDITED)
def test_a_text_is_judged_by_what_stands_in_it_now(what: str, tmp_path: Path) -> None:
    text, words = EDITED[what]
    found = assert_judged_as_if_new(tmp_path / "example.ts", (text.format(word).encode() for word in words))
    assert any(codes != found[0] for codes in found), "the edits change nothing"


def test_what_is_found_follows_the_librarys_file(compile_library: Callable[..., Path], tmp_path: Path) -> None:
    right = compile_library("int f(void) { return 1; }", "libpart.so")
    builds = [
        right,
        *(compile_library(source, "libpart.so") for source in ("int g(void) { return 1; }", "int f;")),
        right,
    ]
    text = b'const { f } = Porffor.dlopen("./libpart.so", { f: { parameters: [], result: "i32" } });\nlet one = f();\n'
    now = [0.0]
    workspace, found = Workspace(lambda: now[0]), []
    for build in builds:
        shutil.copy(build, tmp_path / "copied")
        (tmp_path / "copied").replace(tmp_path / "libpart.so")
        now[0] += 60
        snapshot = workspace.snapshot(tmp_path / "a.ts", text)
        assert snapshot.diagnostics == Workspace().snapshot(tmp_path / "a.ts", text).diagnostics
        found.append([entry.code for entry in snapshot.diagnostics])
    assert found == [[], ["FFI201"], ["FFI204"], []]


class Switched(PrototypeSource):
    """Knows what headers say, or nothing."""

    on = False

    def find(self, library: Library, names: Collection[str], mentioned: Mentioned) -> Mapping[str, Prototype]:
        return PROTOTYPES.find(library, names, mentioned) if self.on else {}


def test_what_is_found_follows_what_is_known_of_c(tmp_path: Path) -> None:
    text = b"""const { symbols: { abs, atoi } } = Deno.dlopen("libc.so.6", {
  atoi: { parameters: ["buffer", "i32"], result: "i32" },
  abs: { parameters: ["i32"], result: "i32" },
});
abs(atoi(new TextEncoder().encode("12"), 1));
"""
    source = Switched()
    workspace, found = Workspace(prototypes=source), []
    for source.on in (False, True, False, True):
        snapshot = workspace.snapshot(tmp_path / "a.ts", text)
        assert snapshot.diagnostics == Workspace(prototypes=source).snapshot(tmp_path / "a.ts", text).diagnostics
        found.append([entry.code for entry in snapshot.diagnostics])
    assert found == [[], ["FFI301", "FFI408"], [], ["FFI301", "FFI408"]]


def versions(data: bytes) -> Iterator[bytes]:
    """Texts as they may follow each other in an editor: lines are moved, doubled and left out, words are changed."""
    yield data
    yield b"// more\n" + data
    lines = data.split(b"\n")
    for index in range(0, len(lines), max(len(lines) // 3, 1)):
        yield b"\n".join([*lines[:index], b"", *lines[index:]])
        yield b"\n".join([*lines[: index + 1], *lines[index:]])
        yield b"\n".join([*lines[:index], *lines[index + 1 :]])
    words = list(re.finditer(rb"\b(?:\d+|[iuf]\d\d?|int|pointer|buffer|void|null|nonblocking)\b", data))
    for number, match in enumerate(words[:: max(len(words) // 5, 1)]):
        other = b"1000" if number % 2 else b"i8"
        yield data[: match.start()] + other + data[match.end() :]
    yield data


def assert_judged_as_if_new(file: Path, texts: Iterable[bytes]) -> list[list[str]]:
    """Judge the texts one after the other, and each once more in a new workspace; gives the codes that are found."""
    workspace, found = new_workspace(), []
    for text in texts:
        snapshot, new = workspace.snapshot(file, text), new_workspace().snapshot(file, text)
        assert snapshot.calls == new.calls
        assert snapshot.diagnostics == new.diagnostics
        found.append([entry.code for entry in snapshot.diagnostics])
    return found


def new_workspace() -> Workspace:
    return Workspace(prototypes=PROTOTYPES, follow_imports=True, settings=lambda _: EVERYTHING)
