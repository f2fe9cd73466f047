"""Values that a program chooses: by the platform, by a helper function, by an enum. What is not certain is unknown."""

from __future__ import annotations

import sys

import pytest

from ffi_core.model import Unknown
from ffi_core.source import Scopes, fold, parse
from ffi_core.source.values import plain

HERE = {"darwin": "darwin", "win32": "windows"}.get(sys.platform, "linux")
ELSEWHERE = "windows" if HERE != "windows" else "linux"
SWITCH = f"""switch (Deno.build.os) {{
  case "{ELSEWHERE}": {{ NAME = "elsewhere"; break; }}
  case "{HERE}":
    NAME = "here";
    break;
  default: NAME = "nowhere";
}}"""

RETURN = SWITCH.replace("NAME =", "return").replace("Deno.build.os", "os")


def value(program: str, expression: str = "x", suffix: str = ".ts") -> object:
    """The value of an expression at the end of a program; "?" where it is not known."""
    tree = parse(f"{program}\n({expression});".encode(), suffix)
    node = tree.root.named_children[-1].named_children[0]
    found = fold(node, Scopes(tree).constant)
    return "?" if isinstance(found, Unknown) else plain(found)


@pytest.mark.parametrize(
    "program",
    [
        f"let x;\n{SWITCH.replace('NAME', 'x')}",
        f"let x: string;\nconst other = 1;\n{SWITCH.replace('NAME', 'x')}\nlog();",
        f'let x = "nowhere"; if (Deno.build.os === "{HERE}") x = "here";',
        f'let x; if (Deno.build.os === "{ELSEWHERE}") x = "no"; else if (Deno.build.os == "{HERE}") {{ x = "here"; }}',
        f'let x; if (Deno.build.os !== "{HERE}") {{ throw new Error("no"); }} else {{ x = "here"; }}',
        f'function f() {{ if (Deno.build.os === "{ELSEWHERE}") return "no"; return "here"; }} const x = f();',
        f"function f(os) {{ {RETURN} }} const x = f('{HERE}');",
        f'const x = (() => {{ switch (Deno.build.os) {{ case "a": case "{HERE}": return "here"; }} }})();',
        f'const f = (os) => os === "{HERE}" ? "here" : "no"; const x = f(Deno.build.os);',
        f'const x = {{ {HERE}: "here", {ELSEWHERE}: "no" }}[Deno.build.os];',
        f'const isHere = Deno.build.os === "{HERE}"; const x = isHere && "here";',
        f'const x = (Deno.build.os === "{ELSEWHERE}" && "no") || "here";',
        'const x = null ?? "here";',
        'let x = "here";',
    ],
)
def test_what_the_platform_chooses_is_known(program: str) -> None:
    assert value(program) == "here"


@pytest.mark.parametrize(
    "program",
    [
        'let x; if (other) x = "a";',
        'let x = "a"; function f() { x = "b"; }',
        'let x = "a"; x += "b";',
        'let x = "a"; for (const y of z) x = y;',
        'let x = "a"; x = x + "b";',
        'let x = "a"; ({ x } = other);',
        'export let x = "a";\nlater(() => { x = "b"; });',
        'function f() { try { return "a"; } catch {} } const x = f();',
        'function f() { log(); return "a"; } const x = f();',
        'async function f() { return "a"; } const x = f();',
        'function* f() { return "a"; } const x = f();',
        'function f() { return "a"; } f = other; const x = f();',
        'function f() { return "a"; } function f() { return "b"; } const x = f();',
        'function f(p) { let p = "b"; return p; } const x = f("a");',
        'function f(p) { return q; } const x = f("a");',
        'function f({ p }) { return p; } const x = f("a");',
        'function f(p) { return p; } const x = f(...["a"]);',
        "function f() { return f(); } const x = f();",
        "function f() { return g(); } function g() { return f(); } const x = f();",
        "function f() {} const x = f();",
        "const x = f();",
        'const x = other || "a";',
        'const x = process.env.X ?? "a";',
        "enum E { a = f() } const x = E.a;",
        "enum E { a = f(), b } const x = E.b;",
        'enum E { a = "x" } enum E { b = "y" } const x = E.a;',
    ],
)
def test_what_is_not_certain_is_unknown(program: str) -> None:
    assert value(program) == "?"


def test_a_use_before_the_choice_is_unknown() -> None:
    assert value('let x; const y = x; if (true) x = "a";', "y") == "?"


def test_helpers_put_values_together() -> None:
    program = """
    const fn = (result, ...parameters) => ({ parameters, result });
    function path(name, suffix = `so.${1 === 1}`, folder = "/lib") { return `${folder}/lib${name}`; }
    """
    assert value(program, 'fn("i32", "u8", "f64")') == {"parameters": ["u8", "f64"], "result": "i32"}
    assert value(program, 'path("m")') == "/lib/libm"
    assert value(program, 'path("m", "dll", "C:")') == "C:/libm"
    assert value("const same = x => x;", 'same("i32")', ".js") == "i32"


def test_enums_are_objects() -> None:
    program = 'const enum E { A, B, C = 10, D, /* five */ "e-f" = "i32", G = -1, H } enum F { A = E.D }'
    assert value(program, "[E.A, E.B, E.C, E.D, E['e-f'], E.G, E.H, F.A]") == [0, 1, 10, 11, "i32", -1, 0, 11]


def test_any_depth_and_any_number_of_choices_ends() -> None:
    lets = 'let v0 = "a";' + "".join(f'let v{i}; if (v{i - 1} === "a") v{i} = "a";' for i in range(1, 400))
    assert value(lets, "v399") == "?"
    assert value(lets, "v3") == "a"
    deep = "if (true) {" * 3_000 + 'x = "a";' + "}" * 3_000
    assert value(f"let x; {deep}") == "?"
    calls = "".join(f"function f{i}() {{ return f{i + 1}() + f{i + 1}(); }}" for i in range(300))
    assert value(calls, "f0()") == "?"
