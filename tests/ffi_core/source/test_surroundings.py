"""What surrounds a call is seen where the text makes it certain. The rules' documents show what comes of it."""

from __future__ import annotations

import pytest

from ffi_core.dialects import read
from ffi_core.model import DlopenCall, OriginKind, TakenAs

BUN = 'import { dlopen, ptr } from "bun:ffi"; const { f } = dlopen("x", { f: { args: ["ptr"] } }).symbols;'
DENO = 'const { f } = Deno.dlopen("x", { f: { parameters: [], result: "i32", nonblocking: true } }).symbols;'
LIBRARY = (
    'const lib = Deno.dlopen("x", { f: { parameters: [], result: "i32" }, g: { parameters: [], result: "i32" } });'
)


def only(text: str) -> DlopenCall:
    (call,) = read(text.encode(), "a.ts")
    return call


@pytest.mark.parametrize(
    ("argument", "kind", "size"),
    [
        ("new Uint32Array(3)", OriginKind.MEMORY, 12),
        ("new Float64Array([1, 2])", OriginKind.MEMORY, 16),
        ("new ArrayBuffer(2 * pairs)", OriginKind.MEMORY, None),
        ('Buffer.from("äb")', OriginKind.MEMORY, 3),
        ("Buffer.alloc(7, 1)", OriginKind.MEMORY, 7),
        ('ptr(new TextEncoder().encode("abc"))', OriginKind.ADDRESS, 3),
        ("((new Uint8Array(4)) as Uint8Array)", OriginKind.MEMORY, 4),
        ("() => 1", OriginKind.FUNCTION, None),
        ("address | 0", OriginKind.CUT, None),
        ("~~address", OriginKind.CUT, None),
    ],
)
def test_what_makes_an_argument_is_seen(argument: str, kind: OriginKind, size: int | None) -> None:
    (site,) = only(f"{BUN} f({argument});").calls
    (origin,) = site.origins
    assert origin is not None
    assert (origin.kind, origin.size) == (kind, size)


@pytest.mark.parametrize(
    "argument",
    [
        "memory",
        "new Uint8Array(buffer)",
        "new Uint8Array(buffer, 4)",
        "new Uint8Array(...parts)",
        "new Memory(4)",
        "encode('abc')",
        "other.encode('abc')",
        "ptr(buffer, 4)",
        "address | 1",
        "flags | mask",
        "-address",
        "5 | 0",
        "function_",
        "await open()",
    ],
)
def test_what_may_be_anything_is_not_guessed(argument: str) -> None:
    (site,) = only(f"{BUN} f({argument});").calls
    assert site.origins == (None,)


@pytest.mark.parametrize(
    ("imported", "address"),
    [
        ('import { dlopen, ptr as at } from "bun:ffi";', "at"),
        ('import * as ffi from "bun:ffi"; const { dlopen } = ffi;', "ffi.ptr"),
        ('const { dlopen, ptr } = require("bun:ffi");', "ptr"),
        ("const ffi = require('bun:ffi'); const { dlopen } = ffi;", "ffi.ptr"),
    ],
)
def test_the_function_that_gives_addresses_is_known_however_it_is_imported(imported: str, address: str) -> None:
    text = f'{imported} const {{ f }} = dlopen("x", {{ f: {{ args: ["ptr"] }} }}).symbols;'
    (site,) = only(f"{text} f({address}(new Uint8Array(4)));").calls
    assert [origin and origin.kind for origin in site.origins] == [OriginKind.ADDRESS]


def test_a_class_of_the_program_is_no_typed_array() -> None:
    (site,) = only(f"{BUN} class Uint8Array {{}} f(new Uint8Array(4));").calls
    assert site.origins == (None,)


def test_consts_that_hold_one_another_end() -> None:
    call = only(f"{BUN} const a = ptr(b); const b = ptr(a); const c = c | 0; f(a); f(c); f(ptr(ptr(a)));")
    assert [site.origins[0] and site.origins[0].kind for site in call.calls] == [None, OriginKind.CUT, None]


@pytest.mark.parametrize(
    ("text", "taken_as"),
    [
        ("f();", TakenAs.DROPPED),
        ("await f();", TakenAs.AWAITED),
        ("void f();", TakenAs.AWAITED),
        ("f().then(g);", TakenAs.AWAITED),
        ("f() + 1;", TakenAs.OPERAND),
        ("n += f();", TakenAs.OPERAND),
        ("while (f()) {}", TakenAs.CONDITION),
        ("f() ? 1 : 2;", TakenAs.CONDITION),
        ("`${f()}`;", TakenAs.TEXT),
        ("f().length;", TakenAs.MEMBER),
        ("Math.abs(f());", TakenAs.CONVERTED),
        ("g(f());", TakenAs.ELSEWHERE),
        ("const [a] = f();", TakenAs.ELSEWHERE),
        ("f() === other;", TakenAs.ELSEWHERE),
        ("f() == null;", TakenAs.ELSEWHERE),
        ("const a = () => f();", TakenAs.ELSEWHERE),
        ("const a = f(); a * 2;", TakenAs.OPERAND),
        ("export const a = f(); a * 2;", TakenAs.ELSEWHERE),
        ("const a = cached ?? f();", TakenAs.ELSEWHERE),
        ("let a = f(); a = await a; a * 2;", TakenAs.ELSEWHERE),
    ],
)
def test_what_is_done_with_a_promise_is_seen(text: str, taken_as: TakenAs) -> None:
    (site,) = only(f"{DENO} {text}").calls
    assert {taking.taken_as for taking in site.takings} == {taken_as}


@pytest.mark.parametrize(
    ("text", "can_wait"),
    [
        ("f();", True),
        ("function a() { f(); }", False),
        ("async function a() { f(); }", True),
        ("async () => { if (a) f(); };", True),
        ("class A { async a() { f(); } }", True),
        ("async function a(b = f()) {}", False),
        ("async function a() { return () => f(); }", False),
    ],
)
def test_await_may_stand_in_async_functions_and_at_the_top(text: str, can_wait: bool) -> None:
    (site,) = only(f"{DENO} {text}").calls
    assert site.can_wait is can_wait


@pytest.mark.parametrize(
    ("text", "late"),
    [
        ("lib.close(); lib.symbols.f();", True),
        ("lib.close(); { lib.symbols.f(); }", True),
        ("{ lib.close(); } lib.symbols.f();", False),
        ("if (a) lib.close(); lib.symbols.f();", False),
        ("lib.close(); const later = () => lib.symbols.f();", False),
        ("a && lib.close(); lib.symbols.f();", False),
        ("lib.symbols.f(); lib.close();", False),
        ("try { lib.close(); } finally { lib.symbols.f(); }", False),
        ("class A { close() { lib.close(); } f() { lib.symbols.f(); } }", False),
    ],
)
def test_a_use_is_late_only_where_nothing_can_lie_between(text: str, late: bool) -> None:
    assert bool(only(f"{LIBRARY} {text}").late_uses) is late


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("lib.symbols.f();", False),
        ("const { symbols: { f }, close } = lib; f();", False),
        ("const s = lib.symbols; s.f(); s['f']();", False),
        ("lib.symbols.f(); use(lib);", True),
        ("lib.symbols.f(); export { lib };", True),
        ("lib.symbols.f(); lib.symbols[name]();", True),
        ("const { f, ...others } = lib.symbols; f();", True),
        ("lib.symbols.f(); const all = [lib];", True),
        ("lib.symbols.f(); const all = { ...lib.symbols };", True),
    ],
)
def test_a_library_leaks_where_it_goes_anywhere_as_a_whole(text: str, leaks: bool) -> None:
    assert only(f"{LIBRARY} {text}").leaks is leaks


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("low[0] + low[1] * 2 ** 32", True),
        ("low[1] * 4_294_967_296 + low[0]", True),
        ("(BigInt(low[1]) << 32n) + BigInt(low[0])", True),
        ("view.getInt32(0) + view.getInt32(4) * 0x1_0000_0000", True),
        ("(high << 32) | low[0]", True),
        ("(low[0] >>> 0) + low[1] * 2 ** 32", False),
        ("words[0] + words[1] * 2 ** 32", False),
        ("low[0] + 2 ** 32", False),
        ("low[0] * 2 ** 32", False),
        ("unknown[0] + unknown[1] * 2 ** 32", False),
        ("(BigInt(high) << 32n) | BigInt.asUintN(32, BigInt(low[0]))", False),
        ("low[0] << 16 | low[1]", False),
    ],
)
def test_halves_are_wrong_where_the_lower_one_has_a_sign(text: str, wrong: bool) -> None:
    made = "const low = new Int32Array(2); const words = new Uint32Array(2);"
    assert bool(only(f"{LIBRARY} {made} const address = {text};").halves) is wrong
