"""What is said of a text stays true when what lies around it changes; other texts are left in peace."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ffi_lsp import libraries

if TYPE_CHECKING:
    from conftest import Loopback

Converse = Callable[..., Any]

SHOP = """// ffi-header: shop.h
Deno.dlopen("./libshop.so", { shop_open: { parameters: ["i32"], result: "i32" } });
"""
IMPORTING = """import { type } from "./type";
Deno.dlopen("libm.so.6", { cos: { parameters: [type], result: "f64" } });
"""
WATCHES = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True}}}


@pytest.fixture
def shop(compile_library: Callable[..., Path], tmp_path: Path) -> Path:
    """A folder with a library and its header, and the text that binds it."""
    shutil.copy(compile_library("int shop_open(int door) { return door; }"), tmp_path / "libshop.so")
    (tmp_path / "shop.h").write_text("int shop_open(int door);\n")
    (tmp_path / "a.ts").write_text(SHOP)
    return tmp_path


def has_changed(loopback: Loopback, *files: Path) -> None:
    """The client tells that files have changed on disk."""
    changes = [{"uri": file.as_uri(), "type": 2} for file in files]
    loopback.notify("workspace/didChangeWatchedFiles", {"changes": changes})


def test_what_headers_say_is_added_when_it_is_known(converse: Converse, shop: Path) -> None:
    (shop / "shop.h").write_text("int shop_open(double door);\n")

    async def talk(loopback: Loopback) -> None:
        loopback.greet(WATCHES)
        uri = (shop / "a.ts").as_uri()
        loopback.open(uri, SHOP)
        await loopback.until(lambda: loopback.published(uri) is not None)
        assert loopback.codes(uri) == []
        await loopback.settled()
        assert loopback.codes(uri) == ["FFI302"]

    converse(talk)


@pytest.mark.parametrize("watching", [WATCHES, {}], ids=["told by the client", "seen by itself"])
def test_a_header_that_changes_is_read_again(
    converse: Converse, shop: Path, monkeypatch: pytest.MonkeyPatch, watching: dict[str, Any]
) -> None:
    monkeypatch.setattr("ffi_lsp.server.watching._POLL", 0.02)

    async def talk(loopback: Loopback) -> None:
        loopback.greet(watching)
        uri = (shop / "a.ts").as_uri()
        loopback.open(uri, SHOP)
        await loopback.settled()
        assert loopback.codes(uri) == []
        for parameter, codes in (("double", ["FFI302"]), ("int", [])):
            (shop / "shop.h").write_text(f"int shop_open({parameter} door);\n")
            if watching:
                has_changed(loopback, shop / "shop.h")
            await loopback.until(lambda codes=codes: loopback.codes(uri) == codes)

    converse(talk)


def test_files_that_are_watched_are_those_that_matter_now(converse: Converse, shop: Path) -> None:
    async def talk(loopback: Loopback) -> None:
        loopback.greet(WATCHES)
        loopback.open((shop / "a.ts").as_uri(), SHOP)

        def watched() -> set[str]:
            registrations = loopback.told("client/registerCapability")
            watchers = registrations[-1]["registrations"][0]["registerOptions"]["watchers"] if registrations else []
            return {each["globPattern"]["pattern"] for each in watchers}

        await loopback.until(lambda: {"libshop.so", "shop.h", "ffi.toml"} <= watched())
        loopback.change((shop / "a.ts").as_uri(), {"text": ""})
        await loopback.until(lambda: "libshop.so" not in watched())

    converse(talk)


def test_only_texts_that_a_change_concerns_are_told_of_again(converse: Converse, shop: Path) -> None:
    async def talk(loopback: Loopback) -> None:
        loopback.greet(WATCHES)
        concerned, other = (shop / "a.ts").as_uri(), (shop / "b.ts").as_uri()
        loopback.open(concerned, SHOP)
        loopback.open(other, 'Porffor.dlopen("/nowhere.so", {});')
        await loopback.settled()
        loopback.written.clear()
        (shop / "libshop.so").unlink()
        has_changed(loopback, shop / "libshop.so")
        await loopback.until(lambda: loopback.codes(concerned) == ["FFI202"])
        await loopback.settled()
        assert loopback.published(other) is None

    converse(talk)


def test_a_change_that_changes_nothing_is_not_told(converse: Converse, shop: Path) -> None:
    async def talk(loopback: Loopback) -> None:
        loopback.greet(WATCHES)
        loopback.open((shop / "a.ts").as_uri(), SHOP)
        await loopback.settled()
        loopback.written.clear()
        (shop / "shop.h").write_text("int shop_open(int door); int shop_close(void);\n")
        has_changed(loopback, shop / "shop.h")
        await loopback.settled()
        assert loopback.told("textDocument/publishDiagnostics") == []

    converse(talk)


def test_a_module_counts_as_it_is_on_the_screen(converse: Converse, tmp_path: Path) -> None:
    (tmp_path / "type.ts").write_text('export const type = "f64";')

    async def talk(loopback: Loopback) -> None:
        loopback.greet(WATCHES)
        importing, module = (tmp_path / "a.ts").as_uri(), (tmp_path / "type.ts").as_uri()
        loopback.open(importing, IMPORTING)
        await loopback.settled()
        seen = [loopback.codes(importing)]
        loopback.open(module, 'export const type = "double";')
        await loopback.settled()
        seen.append(loopback.codes(importing))
        loopback.change(module, {"text": 'export const type = "f64";'})
        await loopback.settled()
        seen.append(loopback.codes(importing))
        loopback.change(module, {"text": 'export const type = "int";'})
        loopback.notify("textDocument/didClose", {"textDocument": {"uri": module}})
        await loopback.settled()
        seen.append(loopback.codes(importing))
        assert seen == [[], ["FFI101"], [], []]

    converse(talk)


def test_a_module_that_appears_on_disk_is_followed(converse: Converse, tmp_path: Path) -> None:
    async def talk(loopback: Loopback) -> None:
        loopback.greet(WATCHES)
        uri = (tmp_path / "a.ts").as_uri()
        loopback.open(uri, IMPORTING)
        await loopback.settled()
        assert loopback.codes(uri) == []
        (tmp_path / "type.ts").write_text('export const type = "double";')
        has_changed(loopback, tmp_path / "type.ts")
        await loopback.until(lambda: loopback.codes(uri) == ["FFI101"])

    converse(talk)


def test_a_settings_file_that_changes_holds_at_once(converse: Converse, tmp_path: Path) -> None:
    async def talk(loopback: Loopback) -> None:
        loopback.greet(WATCHES)
        uri = (tmp_path / "a.ts").as_uri()
        loopback.open(uri, 'Porffor.dlopen("/nowhere.so", {});')
        await loopback.settled()
        assert loopback.codes(uri) == ["FFI202"]
        (tmp_path / "ffi.toml").write_text('[rules]\nignore = ["FFI202"]\n')
        has_changed(loopback, tmp_path / "ffi.toml")
        await loopback.until(lambda: loopback.codes(uri) == [])

    converse(talk)


def test_a_client_that_pulls_is_asked_to_pull_again(converse: Converse, shop: Path) -> None:
    async def talk(loopback: Loopback) -> None:
        abilities = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}
        loopback.greet(abilities)
        uri = (shop / "a.ts").as_uri()
        loopback.open(uri, SHOP.replace('"i32"]', '"f64"]'))
        report = await loopback.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        assert report["items"] == []
        await loopback.until(lambda: loopback.told("workspace/diagnostic/refresh"))
        report = await loopback.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        assert [each["code"] for each in report["items"]] == ["FFI302"]
        assert loopback.told("textDocument/publishDiagnostics") == []

    converse(talk)


def test_everything_is_read_anew_on_command(converse: Converse, shop: Path) -> None:
    async def talk(loopback: Loopback) -> None:
        loopback.greet(WATCHES)
        uri = (shop / "a.ts").as_uri()
        loopback.open(uri, SHOP)
        await loopback.settled()
        (shop / "shop.h").write_text("int shop_open(double door);\n")
        await loopback.request("workspace/executeCommand", {"command": "ffi.reindex"})
        await loopback.until(lambda: loopback.codes(uri) == ["FFI302"])

    converse(talk)


def test_a_large_library_is_read_beside_the_loop_with_the_same_result(
    converse: Converse, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = 'Deno.dlopen("./libshop.so", { shop_opem: { parameters: ["i32"], result: "i32" } });'

    async def talk(loopback: Loopback) -> list[str]:
        loopback.greet()
        uri = (shop / "b.ts").as_uri()
        loopback.open(uri, text)
        items = await loopback.request(
            "textDocument/completion", {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 29}}
        )
        await loopback.settled()
        assert "shop_open" in [item["label"] for item in items["items"]]
        return [each["message"] for each in loopback.published(uri) or []]

    small = converse(talk)
    monkeypatch.setattr(libraries, "_LARGE", 0)
    assert converse(talk) == small
    assert "shop_open" in small[0]
