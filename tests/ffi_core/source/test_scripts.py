"""Scripts inside of markup: which text is read, where it stands, what stays apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffi_core.dialects import read
from ffi_core.source.scripts import MARKUP, only_scripts

LIBRARY = 'Deno.dlopen("libx.so", { f: { parameters: ["i32"], result: "i32" } })'


def scripts(text: str, suffix: str = ".html") -> str:
    return only_scripts(text.encode(), suffix)[0].decode()


def test_all_but_the_scripts_is_blank_and_lines_stay_lines() -> None:
    text = "<p>é\r\n<script>a();\nb()</script>\n<b>c</b>\n"
    assert scripts(text) == "     \r\n        a();\nb()         \n        \n"


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("<script>a</script>", "a"),
        ("<SCRIPT\n type='text/javascript' defer>a</Script >", "a"),
        ("<script type=module>a</script>", "{a}"),
        ('<script data-note="1 > 0">a</script>', "a"),
        ("<script>a</script><script>b</script>", "ab"),
        ("<script>a", "a"),
        ("<script>a = '<script>'</script>b</script>", "a='<script>'"),
        ('<script type="application/json">a</script>', ""),
        ('<script type="importmap">a</script>', ""),
        ('<script src="x.js"/><p>a</p>', ""),
        ("<!-- <script>a</script> --><script>b</script>", "b"),
        ("<scripting>a</scripting>", ""),
        ("<script", ""),
        ('<script type="a>b</script>', ""),
    ],
)
def test_a_script_is_what_a_browser_would_run(text: str, read_as: str) -> None:
    assert "".join(scripts(text).split()) == read_as


@pytest.mark.parametrize(
    ("text", "suffix", "grammar"),
    [
        ("<script>a</script>", ".html", "javascript"),
        ('<script lang="ts">a</script>', ".vue", "typescript"),
        ('<script>a</script><script setup lang="tsx">b</script>', ".vue", "tsx"),
        ('<script setup lang="ts" generic="T extends Map<string, number>">a</script>', ".vue", "typescript"),
        ("<script context='module' lang='ts'>a</script><script>b</script>", ".svelte", "typescript"),
        ("---\nconst a: number = 1;\n---\n<p>---</p>", ".astro", "typescript"),
        ("<script>a</script>", ".astro", "typescript"),
    ],
)
def test_the_language_is_the_one_that_is_named_or_usual(text: str, suffix: str, grammar: str) -> None:
    assert only_scripts(text.encode(), suffix)[1] == grammar


def test_the_frontmatter_of_astro_is_read_and_its_markup_is_not() -> None:
    text = "\n---\nconst a = 1;\n---\n<p>{b}</p>\n<script>c</script>\n---\nd\n"
    assert scripts(text, ".astro").split() == ["const", "a", "=", "1;", "{c}"]


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".html", f"<!doctype html><script type='module'>const lib = {LIBRARY}; lib.symbols.f(1);</script>"),
        (
            ".vue",
            f"<template><p/></template>\n<script setup lang='ts'>\nconst lib = {LIBRARY} as any; lib.symbols.f(1);",
        ),
        (".svelte", f"<script module>const lib = {LIBRARY};</script>\n<script>lib.symbols.f(1);</script>\n{{lib}}"),
        (".astro", f"---\nconst lib = {LIBRARY};\nlib.symbols.f(1);\n---\n<p>é</p>"),
    ],
)
def test_spans_are_places_in_the_file_itself(suffix: str, text: str) -> None:
    data = text.encode()
    (call,) = read(data, f"page{suffix}")
    assert data[call.span.start : call.span.end].decode() == LIBRARY
    (site,) = call.calls
    assert data[site.span.start : site.span.end] == b"lib.symbols.f(1)"


def test_the_names_of_two_modules_in_one_page_stay_apart() -> None:
    other = LIBRARY.replace("f:", "g:")
    text = (
        f"<script type='module'>import a from 'a'; const {{ symbols }} = {LIBRARY}; symbols.f(1);</script>\n"
        f"<script type='module'>import a from 'a'; const {{ symbols }} = {other}; symbols.g(1);</script>\n"
    )
    first, second = read(text.encode(), "a.html")
    assert [site.symbol for site in first.calls] == ["f"]
    assert [site.symbol for site in second.calls] == ["g"]


def test_an_import_inside_a_module_of_a_page_is_followed() -> None:
    text = "<script type=module>import { dlopen } from 'bun:ffi'; dlopen('x', { f: {} });</script>"
    assert [call.dialect for call in read(text.encode(), "a.html")] == ["bun"]


@given(
    st.lists(
        st.sampled_from(["<script", " type=module", ">", "</script>", "<!--", "-->", "---\n", '"', "é", "\n", "a()"]),
        max_size=30,
    ),
    st.sampled_from(sorted(MARKUP)),
)
def test_no_markup_moves_a_byte(parts: list[str], suffix: str) -> None:
    data = "".join(parts).encode()
    text, _ = only_scripts(data, suffix)
    assert len(text) == len(data)
    assert text.count(b"\n") == data.count(b"\n")
    assert all(left == right or chr(left) in " {}" for left, right in zip(text, data, strict=True))


def test_a_page_full_of_unfinished_tags_is_read_to_its_end() -> None:
    for text in (b'<script "' * 100_000, b"<script " * 100_000, b"<!--" * 100_000, b"<script>" * 100_000):
        assert len(only_scripts(text, ".html")[0]) == len(text)
