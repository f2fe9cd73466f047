"""Lenses where something can run, and what their titles say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import attrs

from ffi_core.model import Span
from ffi_lsp.config import Lens, Settings
from ffi_lsp.ide.code_lens import CodeLens, code_lenses, lens_title
from ffi_lsp.ide.measured import Measurement, inlay_hints
from ffi_lsp.workspace import Snapshot

Reader = Callable[[str], tuple[Snapshot, int]]

TEXT = 'const { count_add } = Porffor.dlopen("LIB", { count_add: { parameters: ["i32", "i32"], result: "i32" } });'
CALLED = TEXT + "\ncount_add(2, 3); count_add(left, 4); count_add(20n, 22);"


def titles(snapshot: Snapshot, measured: Mapping[str, Measurement] | None = None) -> list[str | None]:
    known = measured or {}
    return [lens_title(snapshot, lens, known) for lens in code_lenses(snapshot, known)]


def measured(snapshot: Snapshot, symbol: str, time: str | None = "3.14 ns") -> Measurement:
    (call,), (facts,) = snapshot.calls, snapshot.facts
    entry = call.declaration_of(symbol)
    assert entry is not None
    assert entry.declaration is not None
    assert facts.library is not None
    return Measurement(entry.declaration, facts.library, time, "count_add(2, 3) = 5", "5", "2, 3")


def test_each_declaration_can_be_run_and_timed_or_says_why_not(read: Reader) -> None:
    text = """
    const { count_add } = Porffor.dlopen("LIB", {
      count_add: { parameters: ["i32", "i32"], result: "i32" },
      count_missing: { parameters: [], result: "i32" },
      count_half: { parameters: ["string"], result: "i32" },
    });
    const { getpid } = Porffor.dlopen("LIB", { getpid: { parameters: [], result: "i32" } });
    const { other } = Porffor.dlopen("/nowhere/lib.so", { other: { parameters: [], result: "i32" } });
    const { unknown } = Porffor.dlopen(path, { unknown: { parameters: [], result: "i32" } });
    Deno.dlopen("LIB", { count_total: { type: "i32" } });
    // ffi-ignore[FFI204]: so that the title alone can tell
    Porffor.dlopen("LIB", { count_total: { parameters: [], result: "i32" } });
    """
    snapshot, _ = read(text)
    lenses = code_lenses(snapshot, {})
    assert [(lens.symbol, lens.call, lens.act) for lens in lenses[:2]] == [
        ("count_add", 0, "run"),
        ("count_add", 0, "benchmark"),
    ]
    assert snapshot.text.slice(lenses[0].span) == "count_add"
    said = titles(snapshot)
    assert said[:5] == [
        "Run count_add(…)",
        "Benchmark",
        "Cannot run",
        "Cannot run",
        "Run getpid()",
    ]
    # A finding stands at each of the former; where none does, the title gives the reason.
    assert said[6:] == [
        "Cannot run",
        "Cannot run: the text does not tell which library it is in",
        "Cannot run: it is declared as data",
        "Cannot run: count_total is data of libcount.so, not a function",
    ]


def test_a_title_shows_the_arguments_that_a_run_would_take(read: Reader) -> None:
    snapshot, _ = read(CALLED)
    assert titles(snapshot)[:2] == ["Run count_add(2, 3)", "Benchmark"]


def test_a_call_whose_arguments_are_literals_has_lenses_of_its_own(read: Reader) -> None:
    snapshot, _ = read(CALLED)
    lenses = code_lenses(snapshot, {})
    assert [(lens.act, lens.site) for lens in lenses[2:]] == [
        ("run", 0),
        ("benchmark", 0),
        ("run", 2),
        ("benchmark", 2),
    ]
    assert titles(snapshot)[2:] == ["Run count_add(2, 3)", "Benchmark", "Run count_add(20, 22)", "Benchmark"]
    assert snapshot.text.data[lenses[4].span.start :].startswith(b"count_add(20n")


def test_a_call_that_does_not_fit_has_none(read: Reader) -> None:
    snapshot, _ = read(TEXT + "\ncount_add(2); count_add('two', 3);")
    assert len(code_lenses(snapshot, {})) == 2


def test_long_arguments_are_cut(read: Reader) -> None:
    text = f"""const {{ puts }} = Porffor.dlopen("libc.so.6", {{ puts: {{ parameters: ["buffer"], result: "i32" }} }});
    puts("{"x" * 500}");"""
    title = titles(read(text)[0])[0]
    assert title is not None
    assert title.endswith("x…)")
    assert len(title) < 70


def test_a_measured_time_stands_behind_the_declaration_and_in_the_lens(read: Reader) -> None:
    snapshot, end = read(CALLED)
    last = {"count_add": measured(snapshot, "count_add")}
    (hint,) = inlay_hints(snapshot, Span(0, end), last)
    assert (hint.text, hint.tooltip) == ("3.14 ns", "count_add(2, 3) = 5")
    assert snapshot.text.data[: hint.offset].endswith(b'result: "i32" }')
    on_declaration = ["Run count_add(2, 3) = 5", "Benchmark · 3.14 ns", "Report"]
    assert titles(snapshot, last)[:4] == [*on_declaration, "Run count_add(2, 3)"]


def test_a_result_stands_in_the_lens_for_the_arguments_that_gave_it(read: Reader) -> None:
    last = {"count_add": measured(read(CALLED)[0], "count_add")}
    snapshot, _ = read(CALLED.replace("count_add(2, 3)", "count_add(2, 4)"))
    assert titles(snapshot, last)[0] == "Run count_add(2, 4)"


def test_a_function_that_was_called_once_has_a_report_and_no_time(read: Reader) -> None:
    snapshot, end = read(CALLED)
    last = {"count_add": measured(snapshot, "count_add", None)}
    assert inlay_hints(snapshot, Span(0, end), last) == []
    assert titles(snapshot, last)[1:3] == ["Benchmark", "Report"]
    timed = measured(snapshot, "count_add")
    assert last["count_add"].after(timed).time == "3.14 ns"
    assert last["count_add"].after(None).time is None


def test_a_measured_time_goes_with_the_declaration_that_it_was_measured_for(read: Reader) -> None:
    last = {"count_add": measured(read(TEXT)[0], "count_add")}
    snapshot, end = read(TEXT.replace('result: "i32"', 'result: "i64"'))
    assert inlay_hints(snapshot, Span(0, end), last) == []
    assert titles(snapshot, last) == ["Run count_add(…)", "Benchmark"]


def test_a_time_of_a_library_that_has_changed_is_called_old(read: Reader, compile_library: Callable[..., Path]) -> None:
    last = {"count_add": measured(read(TEXT)[0], "count_add")}
    other = compile_library("int count_add(int a, int b) { return a - b; }", "libother.so")
    snapshot, end = read(TEXT.replace("LIB", str(other)))
    assert inlay_hints(snapshot, Span(0, end), last) == []
    assert titles(snapshot, last)[1] == "Benchmark · 3.14 ns, library changed since"


def test_only_hints_of_the_part_on_the_screen_come(read: Reader) -> None:
    snapshot, _ = read(TEXT)
    assert inlay_hints(snapshot, Span(0, 10), {"count_add": measured(snapshot, "count_add")}) == []


def test_a_lens_whose_text_has_changed_has_no_title(read: Reader) -> None:
    snapshot, _ = read(TEXT)
    assert lens_title(snapshot, CodeLens(Span(0, 0), "run", "gone", 0), {}) is None
    assert lens_title(snapshot, CodeLens(Span(0, 0), "run", "count_add", 9), {}) is None
    assert lens_title(snapshot, CodeLens(Span(0, 0), "run", "count_add", 0, 9), {}) == "Run count_add(…)"


def test_settings_switch_lenses_off(read: Reader) -> None:
    snapshot, _ = read(TEXT)
    off = attrs.evolve(Settings(), lens=Lens(enabled=False))
    assert code_lenses(replace(snapshot, settings=off), {}) == []
