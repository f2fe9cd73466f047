"""The bar chart is well-formed SVG whose bars are as long as their figures."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from ffi_core.bench.chart import Bar, draw

SVG = "{http://www.w3.org/2000/svg}"


def parts(text: str, name: str, kind: str) -> list[ET.Element]:
    return [part for part in ET.fromstring(text).iter(SVG + name) if part.get("class") == kind]


def test_bars_are_as_long_as_their_figures() -> None:
    drawn = draw("title", "caption", [Bar("one", "1.0", 10, 9, 11, "10 ms"), Bar("two", "2.0", 20, 18, 22, "20 ms")])
    one, two = (float(part.get("width", "")) for part in parts(drawn, "rect", "bar"))
    assert abs(two / one - 2) < 0.01
    assert len(parts(drawn, "line", "spread")) == 2


def test_what_failed_has_a_note_and_no_bar() -> None:
    drawn = draw("title", "caption", [Bar("one", "1.0", 0, 0, 0, "no good run", "2 of 2 runs: SIGSEGV")])
    assert parts(drawn, "rect", "bar") == []
    (note,) = parts(drawn, "text", "failed")
    assert note.text == "2 of 2 runs: SIGSEGV"


def test_names_are_text_whatever_they_hold() -> None:
    drawn = draw('a "<b>" & c', "caption", [Bar("<x>", "&", 1, 1, 1, "1")])
    assert 'a "<b>" & c' in [part.text for part in ET.fromstring(drawn).iter(SVG + "text")]


def test_nothing_comes_from_elsewhere() -> None:
    drawn = draw("title", "caption", [Bar("one", "1.0", 1, 1, 1, "1", chosen=True)])
    assert "href" not in drawn
    assert "url(" not in drawn
    assert len(parts(drawn, "rect", "chosen")) == 1
