"""Values from other modules: what is exported is found through any chain, and no set of modules is too much."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

import pytest

from ffi_core.dialects import read_tree
from ffi_core.model import Array, DlopenCall, Object, Span, Text, Unknown
from ffi_core.source import Modules, SourceTree, parse
from ffi_core.source.helpers import count_parts
from ffi_core.source.literal import fold
from ffi_core.source.values import NotFoldedError, plain

FILE = PurePath("main.ts")


def call(text: str, modules: Mapping[str, str]) -> DlopenCall:
    def open_module(_importer: PurePath, specifier: str) -> tuple[PurePath, SourceTree] | None:
        name = specifier.removeprefix("./")
        return (PurePath(name), parse(modules[name].encode(), ".ts")) if name in modules else None

    (found,) = read_tree(parse(text.encode(), ".ts"), FILE, open_module)
    return found


def schema(modules: Mapping[str, str], clause: str = "{ schema }") -> object:
    text = f'import {clause} from "./a"; Deno.dlopen("x", schema);'
    found = call(text, modules).schema
    assert found is not None
    return plain(found)


@pytest.mark.parametrize(
    ("clause", "modules"),
    [
        ("{ schema }", {"a": "export const schema = { f: 1 } as const;"}),
        ("{ other as schema }", {"a": "const one = 1; const o = { f: one }; export { o as other };"}),
        ("schema", {"a": "export default { f: 1 };"}),
        ("schema", {"a": "const s = { f: 1 }; export default s;"}),
        ("* as schema", {"a": "export const f = 1;"}),
        ("{ schema }", {"a": 'export { default as schema } from "./b";', "b": "export default { f: 1 };"}),
        ("{ schema }", {"a": 'export * from "./b";', "b": "export const schema = { f: 1 };"}),
        ("{ schema }", {"a": 'export * as schema from "./b";', "b": "export const f = 1;"}),
        (
            "{ schema }",
            {"a": 'import { b } from "./b"; export const schema = { ...b };', "b": "export const b = {f: 1};"},
        ),
        ("schema", {"a": "module.exports = { f: 1 };"}),
        ("{ schema }", {"a": "module.exports = { schema: { f: 1 } };"}),
        ("{ schema }", {"a": "exports.schema = { f: 1 };"}),
        ("{ schema }", {"a": "module.exports.schema = { f: one }; const one = 1;"}),
        ("{ schema }", {"a": "const { b } = require('./b'); exports.schema = b;", "b": "export const b = { f: 1 };"}),
        ("{ schema }", {"a": "const b = require('./b'); module.exports = { schema: b };", "b": "exports.f = 1;"}),
        ("{ schema }", {"a": "export const schema = { f: E.b } as const; enum E { a, b }"}),
        ("schema", {"a": 'import { E } from "./b"; export default { f: E.b };', "b": "export enum E { a, b }"}),
        ("{ schema }", {"a": "export const schema = { f: 1 } satisfies Schema;"}),
        ("{ schema }", {"a": "function make(f) { return { f }; } export const schema = make(1);"}),
        ("schema", {"a": "const schema = { f: 1 }; export = schema;"}),
        ("* as schema", {"a": "export = { f: 1 } as const;"}),
        ("{ schema }", {"a": "const o = { schema: { f: 1 } }; export = o;"}),
        ("{ schema }", {"a": 'import b = require("./b"); export const schema = b;', "b": "export = { f: 1 };"}),
        ("{ schema }", {"a": 'import b = require("./b"); export const schema = b;', "b": "export const f = 1;"}),
        ("{ schema }", {"a": 'export = require("./b");', "b": "export const schema = { f: 1 };"}),
    ],
)
def test_every_form_of_export_and_import_is_followed(clause: str, modules: dict[str, str]) -> None:
    assert schema(modules, clause) == {"f": 1}


@pytest.mark.parametrize(
    "module",
    ["", "export let schema = {};", "const schema = {};", "export function schema() {}", "export const schema = f();"],
)
def test_what_is_no_exported_const_is_not_known(module: str) -> None:
    with pytest.raises(NotFoldedError):
        schema({"a": module})


@pytest.mark.parametrize(
    "clause",
    [
        'const { schema } = require("./a");',
        'const { "schema": schema } = require("./a");',
        'const { schema: other } = require("./a"); const schema = other;',
        'const all = require("./a"); const schema = all.schema;',
        'const { schema } = require("./b");',
        'import all = require("./a"); const schema = all.schema;',
        'const { schema } = await import("./a");',
        'const all = await import("./a", {}); const { schema: other } = all; const schema = all.schema;',
    ],
)
def test_every_form_of_require_is_followed(clause: str) -> None:
    modules = {"a": "exports.schema = { f: 1 };", "b": 'module.exports = require("./a");'}
    found = call(f'{clause} Deno.dlopen("x", schema);', modules).schema
    assert found is not None
    assert plain(found) == {"f": 1}


@pytest.mark.parametrize(
    "clause",
    [
        'let { schema } = require("./a"); schema = other;',
        'function require() {} const { schema } = require("./a");',
        'const { ...schema } = require("./a");',
        'const [schema] = require("./a");',
        "const { schema } = require(name);",
        'const { absent: schema } = require("./a");',
        'const { schema } = import("./a");',
        "const { schema } = await import(name);",
        'let { schema } = await import("./a");',
    ],
)
def test_what_no_require_surely_gives_is_not_known(clause: str) -> None:
    found = call(f'{clause} Deno.dlopen("x", schema);', {"a": "exports.schema = { f: 1 };"}).schema
    assert found is not None
    with pytest.raises(NotFoldedError):
        plain(found)


def test_the_types_of_a_runtime_are_known_in_every_module() -> None:
    module = """import { FFIType as T, suffix } from "bun:ffi";
    export const pointer = T.ptr;
    export const types = { int: T.i32, none: T.nothing };
    export const path = `x.${suffix}`;"""
    program = """import { dlopen } from "bun:ffi"; import { path, pointer, types } from "./a";
    dlopen(path, { f: { args: [pointer, types.int], returns: types.none } });"""
    found = call(program, {"a": module})
    assert isinstance(found.library, Text)
    assert found.library.value.startswith("x.")
    (entry,) = found.declarations
    assert isinstance(entry.value, Object)
    arguments, result = entry.value.get("args"), entry.value.get("returns")
    assert arguments is not None
    assert result is not None
    assert plain(arguments.value) == ["ptr", "i32"]
    assert isinstance(result.value, Unknown)


def test_imported_values_stand_where_their_name_stands() -> None:
    text = 'import { schema } from "./a"; Deno.dlopen("x", schema);'
    found = call(text, {"a": "export const schema = { f: { parameters: ['i32'], result: 'i32' } };"})
    start = text.rindex("schema")
    assert found.imported == (Span(start, start + 6),)
    (entry,) = found.declarations
    assert {entry.span, entry.name_span, entry.value.span} == set(found.imported)
    assert entry.declaration is not None


def test_modules_that_import_one_another_in_a_circle_end() -> None:
    modules = {
        "a": 'import { back } from "./b"; export * from "./b"; export const schema = { f: 1, back };',
        "b": 'import * as all from "./a"; export * from "./a"; export const back = all;',
    }
    with pytest.raises(NotFoldedError):
        schema(modules)


def test_values_that_double_with_each_module_end() -> None:
    modules = {f"m{n}": f'import {{ o }} from "./m{n + 1}"; export const p = {{ ...o, ...o }};' for n in range(40)}
    doubling = {
        name: text.replace("const p", "const o2").replace("{ o }", "{ o2 as o }") for name, text in modules.items()
    }
    doubling["m6"] = "export const o2 = {" + ", ".join(f"k{n}: {{}}" for n in range(2000)) + "};"
    with pytest.raises(NotFoldedError):
        schema({**doubling, "a": 'export { o2 as schema } from "./m0";'})


def test_values_nested_deeply_in_each_module_of_a_chain_end() -> None:
    modules = {
        f"m{n}": f'import {{ o }} from "./m{n + 1}"; export const o2 = {"[" * 60}o{"]" * 60}; export {{ o2 as o }};'
        for n in range(60)
    }
    with pytest.raises(NotFoldedError):
        schema({**modules, "a": 'export { o as schema } from "./m0";'})


HELPERS = {
    "plain": "export function make(f, rest = 0) { return { f, rest }; }",
    "arrow": "export const make = (f, rest = 0) => ({ f, rest });",
    "listed": "function make(f, rest = zero) { return { f, rest }; } const zero = 0; export { make };",
    "renamed": "const one = (f, rest = 0) => ({ f, rest }); const two = one; export { two as make };",
    "passed on": 'export { make } from "./b";',
    "star": 'export * from "./b";',
    "imported": 'import { make as inner } from "./b"; export { inner as make };',
    "calling": 'import { make as inner } from "./b"; export const make = (f) => ({ ...inner(f), f });',
    "common": "exports.make = function (f, rest = 0) { return { f, rest }; };",
    "whole": "module.exports = { make: 3 }; module.exports.make = (f, rest = 0) => ({ f, rest });",
    "branching": """export function make(f: number) {
        if (process.platform === "none") { return null; }
        switch (kind) { case Kind.b: return { f, rest: 0 }; default: return null; }
    } enum Kind { a, b } const kind = Kind.b;""",
}


@pytest.mark.parametrize("name", HELPERS)
def test_a_function_of_another_module_gives_its_value_in_that_modules_names(name: str) -> None:
    modules = {"a": HELPERS[name], "b": "const zero = 0; export const make = (f, rest = zero) => ({ f, rest });"}
    program = """import { make } from "./a"; const zero = 9, inner = 9, kind = 9;
    Deno.dlopen("x", make(1));"""
    found = call(program, modules).schema
    assert found is not None
    assert plain(found) == {"f": 1, "rest": 0}


@pytest.mark.parametrize(
    ("module", "program"),
    [
        ("export default (f) => ({ f });", 'import make from "./a"; Deno.dlopen("x", make(1));'),
        ("export default function make(f) { return { f }; }", 'import make from "./a"; Deno.dlopen("x", make(1));'),
        ("export const make = (f) => ({ f });", 'import * as all from "./a"; Deno.dlopen("x", all.make(1));'),
        ("export const make = (f) => f;", 'const { make } = require("./a"); Deno.dlopen("x", { f: make(1) });'),
        (
            "export const make = (f) => f;",
            'import { make } from "./a"; const g = (f) => ({ f: make(f) }); Deno.dlopen("x", g(1));',
        ),
    ],
)
def test_it_may_be_called_however_it_is_imported(module: str, program: str) -> None:
    found = call(program, {"a": module}).schema
    assert found is not None
    assert plain(found) == {"f": 1}


@pytest.mark.parametrize(
    "module",
    [
        "export async function make() { return {}; }",
        "export function* make() { return {}; }",
        "export function make() { console.log(1); return {}; }",
        "export function make({ a }) { return a; }",
        "export function make() { return unknown; }",
        "export function make() { return make(); }",
        "export let make = () => ({});",
        "function make() { return {}; } make = other; export { make };",
        'import { make as other } from "./b"; export const make = () => other();',
    ],
)
def test_what_no_function_of_another_module_surely_gives_is_not_known(module: str) -> None:
    modules = {"a": module, "b": 'import { make as other } from "./a"; export const make = () => other();'}
    found = call('import { make } from "./a"; Deno.dlopen("x", make());', modules).schema
    assert found is not None
    with pytest.raises(NotFoldedError):
        plain(found)


def test_what_such_a_function_gives_stands_where_its_name_stands() -> None:
    text = """import { entry } from "./a"; Deno.dlopen("x", { f: entry("i32", "int") });"""
    found = call(text, {"a": "export const entry = (one, two) => ({ parameters: [one], result: two });"})
    start = text.rindex("entry")
    place = Span(start, start + len("entry"))
    assert place in found.imported
    (entry,) = found.declarations
    assert isinstance(entry.value, Object)
    assert {entry.value.span, *(part.value.span for part in entry.value.properties)} == {place}


@pytest.mark.parametrize(
    "body",
    ["({ p: o, q: o })", "({ ...o, ...o })", "[o, o]", "[...o, ...o]", "o + o", "`${o}${o}`", "({ p: g(o), q: g(o) })"],
)
@pytest.mark.parametrize("imported", [True, False])
def test_functions_that_double_what_they_are_given_end(body: str, imported: bool) -> None:
    starts = {"({ ...o, ...o })": "{ a: 1 }", "[...o, ...o]": "[1]", "o + o": "'a'", "`${o}${o}`": "'a'"}
    calls = f"{'f(' * 50}{starts.get(body, '1')}{')' * 50}"
    helper = f"const f = (o) => {body}; const g = (o) => f(f(o));"
    if imported:
        modules = {"a": f"{helper} export {{ f }}; export const all = {calls};"}
        found = call(f'import {{ f, all }} from "./a"; Deno.dlopen(all, {calls});', modules)
    else:
        found = call(f'{helper} Deno.dlopen("x", {calls});', {})
    most = 300_000
    assert all(count_parts(value, most) < most for value in (found.library, found.schema) if value is not None)


def test_each_text_may_call_functions_of_other_modules_as_often_as_the_first_one() -> None:
    large = ", ".join(f"'i{n}'" for n in range(200))
    module = parse(f"export const entry = (name) => ({{ all: [{large}, name] }});".encode(), ".ts")
    modules = Modules(lambda _importer, _specifier: (PurePath("a.ts"), module))
    tree = parse(f'import {{ entry }} from "./a"; [{"entry(1)," * 200}];'.encode(), ".ts")
    list_of_calls = tree.root.named_children[-1].named_children[0]
    for _ in range(4):
        assert modules.hold(modules.open_module)
        found = fold(list_of_calls, modules.scopes(tree, FILE).constant)
        assert isinstance(found, Array)
        assert all(isinstance(item, Object) for item in found.items)
