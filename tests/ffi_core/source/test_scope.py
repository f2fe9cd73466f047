"""Scopes: a name means what JavaScript's blocks and functions make it mean."""

from __future__ import annotations

import pytest

from ffi_core.source import Scopes, parse


def uses_of_first(name: str, source: str, suffix: str = ".ts") -> list[int]:
    """Line numbers, from 1, where the first declaration of `name` is used."""
    text = source.encode()
    scopes = Scopes(parse(text, suffix))
    declared = min(scopes.occurrences(name)[0], key=lambda entry: entry.span)
    return [text.count(b"\n", 0, use.span.start) + 1 for use in scopes.references(declared)]


@pytest.mark.parametrize(
    "shadow",
    [
        "function g(f) { f(); }",
        "(f) => f();",
        "f => f();",
        "{ const f = 1; f; }",
        "{ let f; f; }",
        "{ function f() {} f(); }",
        "{ class f {} new f(); }",
        "function g() { if (x) { var f = 1; } f; }",
        "try {} catch (f) { f; }",
        "for (const f of x) { f; }",
        "for (let f = 0; f < 1; f++) {}",
        "(function f() { f(); });",
        "function g({ f }) { f(); }",
        "function g({ a: [f = 1, ...r] }) { f(); }",
        "function g(...f) { f(); }",
        "class C { m(f) { return f; } }",
        "const o = { m(f) { return f; } };",
    ],
)
def test_a_shadowed_name_is_no_use(shadow: str) -> None:
    assert uses_of_first("f", f"const f = 1;\n{shadow}\nf;") == [3]


@pytest.mark.parametrize(
    "other",
    [
        "a.f;",
        "({ f: 1 });",
        "class C { f() {} f2 = 1; }",
        "// f",
        "'f';",
        "`f`;",
        "f: while (1) break f;",
        "a?.f;",
        "type f = 1;",
        "f1; _f; $f;",
    ],
)
def test_a_word_that_is_no_variable_is_no_use(other: str) -> None:
    assert uses_of_first("f", f"const f = 1;\n{other}\nf;") == [3]


@pytest.mark.parametrize(
    "use",
    [
        "f();",
        "a(f);",
        "a = { f };",
        "a[f];",
        "({ [f]: 1 });",
        "f.call();",
        "`${f}`;",
        "export { f };",
        "() => f;",
        "f = 2;",
        "({ f } = x);",
        "let t: typeof f;",
    ],
)
def test_a_variable_in_any_place_is_a_use(use: str) -> None:
    assert uses_of_first("f", f"const f = 1;\n{use}") == [2]


def test_a_var_is_known_in_its_whole_function() -> None:
    assert uses_of_first("f", "function g() {\n f;\n { var f = 1; }\n f;\n}\nf;") == [2, 4]


def test_a_const_is_known_in_its_block_alone() -> None:
    assert uses_of_first("f", "{ const f = 1;\nf; }\nf;") == [2]


def test_a_name_right_behind_a_block_is_outside_it() -> None:
    assert uses_of_first("f", "{ let f }f\n") == []


def test_an_import_is_known_by_its_local_name() -> None:
    scopes = Scopes(parse(b"import { dlopen as open, x } from 'm'; open; dlopen; x;", ".ts"))
    assert scopes.resolve("open", 45) is not None
    assert scopes.resolve("dlopen", 45) is None
    assert scopes.resolve("x", 45) is not None


def test_an_ambient_declaration_makes_no_variable() -> None:
    scopes = Scopes(parse(b"declare const Porffor: any; Porffor;", ".ts"))
    assert scopes.resolve("Porffor", 30) is None


def test_another_modules_export_is_no_use() -> None:
    assert uses_of_first("f", "const f = 1;\nexport { f } from 'm';\nexport { g as f };") == []


def test_many_names_are_found_as_few_are() -> None:
    source = "".join(f"const name{index} = {index};\nuse(name{index});\n" for index in range(200)).encode()
    scopes = Scopes(parse(source, ".js"))
    for index in range(200):
        declared = scopes.resolve(f"name{index}", 0)
        assert declared is not None
        assert [source[use.span.start : use.span.end] for use in scopes.references(declared)] == [b"name%d" % index]
