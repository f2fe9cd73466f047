"""Which settings hold: a project's file over the editor, the editor over the defaults, the machine's from no file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ffi_lsp.server.configuration import Configuration

if TYPE_CHECKING:
    from conftest import Loopback

MISSING = 'Porffor.dlopen("/nowhere.so", {});'
PULLS_SETTINGS = {
    "workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}},
}


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def configuration(told: list[str]) -> Configuration:
    return Configuration(lambda message, _: told.append(message))


def test_a_file_wins_over_the_editor_option_by_option(configuration: Configuration, tmp_path: Path) -> None:
    (tmp_path / "ffi.toml").write_text('[rules]\nignore = ["FFI201"]\n')
    configuration.greet({"rules": {"ignore": ["FFI202"], "select": ["FFI2"]}}, [tmp_path])
    rules = configuration.settings_for(tmp_path / "deep" / "a.ts").rules
    assert (rules.ignore, rules.select) == (("FFI201",), ("FFI2",))


def test_options_may_be_the_section_or_hold_it(configuration: Configuration, tmp_path: Path) -> None:
    for options in ({"lens": {"enabled": False}}, {"ffi": {"lens": {"enabled": False}}}):
        configuration.greet(options, [])
        assert not configuration.settings_for(tmp_path / "a.ts").lens.enabled


def test_each_folder_has_its_own_and_the_innermost_counts(configuration: Configuration, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    configuration.greet(None, [tmp_path, inner])
    configuration.set(inner, {"rules": {"ignore": ["FFI202"]}})
    assert configuration.settings_for(inner / "a.ts").rules.ignore == ("FFI202",)
    assert configuration.settings_for(tmp_path / "a.ts").rules.ignore == ()
    configuration.remove(inner)
    assert configuration.settings_for(inner / "a.ts").rules.ignore == ()


def test_a_file_cannot_switch_a_protection_off(configuration: Configuration, told: list[str], tmp_path: Path) -> None:
    (tmp_path / "ffi.toml").write_text("[run]\nsandbox = false\n")
    configuration.greet({"lens": {"enabled": False}}, [tmp_path])
    settings = configuration.settings_for(tmp_path / "a.ts")
    assert settings.run.sandbox
    assert not settings.lens.enabled
    assert "sandbox" in told[0]


def test_a_slip_in_the_editor_is_told_once_and_leaves_a_protection_beside_it(
    configuration: Configuration, told: list[str], tmp_path: Path
) -> None:
    configuration.greet({"run": {"enabled": False, "sandbix": True}, "rulez": {}}, [tmp_path])
    assert not configuration.settings_for(tmp_path / "a.ts").run.enabled
    assert len(told) == 1
    assert "sandbix" in told[0]
    assert "rulez" in told[0]


def test_what_is_no_mapping_at_all_is_told(configuration: Configuration, told: list[str], tmp_path: Path) -> None:
    configuration.greet(None, [tmp_path])
    configuration.set(tmp_path, {"rules": 17})
    assert configuration.settings_for(tmp_path / "a.ts").rules.ignore == ()
    assert len(told) == 1


def test_a_file_is_read_again_when_that_is_asked_for(configuration: Configuration, tmp_path: Path) -> None:
    file = tmp_path / "ffi.toml"
    for codes, expected in (('["FFI201"]', ("FFI201",)), ('["FFI202"]', ("FFI202",))):
        file.write_text(f"[rules]\nignore = {codes}\n")
        assert configuration.is_about([file])
        configuration.forget_files()
        assert configuration.settings_for(tmp_path / "a.ts").rules.ignore == expected


def test_settings_files_are_looked_for_up_to_the_open_folder(configuration: Configuration, tmp_path: Path) -> None:
    configuration.greet(None, [tmp_path])
    places = set(configuration.places(tmp_path / "deep" / "a.ts"))
    assert {tmp_path / "ffi.toml", tmp_path / "deep" / "package.json"} <= places
    assert tmp_path.parent / "ffi.toml" not in places


def test_a_client_is_asked_for_each_folder_and_hears_the_difference(
    converse: Callable[..., Any], tmp_path: Path
) -> None:
    quiet, loud = tmp_path / "quiet", tmp_path / "loud"

    async def talk(loopback: Loopback) -> None:
        loopback.replies["workspace/configuration"] = lambda asked: [
            {"rules": {"ignore": ["FFI202"]}} if item.get("scopeUri") == quiet.as_uri() else None
            for item in asked["items"]
        ]
        folders = [{"uri": folder.as_uri(), "name": folder.name} for folder in (quiet, loud)]
        loopback.greet(PULLS_SETTINGS, workspaceFolders=folders)
        uris = [(folder / "a.ts").as_uri() for folder in (quiet, loud)]
        for uri in uris:
            loopback.open(uri, MISSING)
        await loopback.settled()
        assert [loopback.codes(uri) for uri in uris] == [[], ["FFI202"]]
        (registration,) = loopback.told("client/registerCapability")[0]["registrations"]
        assert (registration["method"], registration["registerOptions"]["section"]) == (
            "workspace/didChangeConfiguration",
            "ffi",
        )
        loopback.replies["workspace/configuration"] = lambda asked: [None for _ in asked["items"]]
        loopback.notify("workspace/didChangeConfiguration", {"settings": None})
        await loopback.settled()
        assert [loopback.codes(uri) for uri in uris] == [["FFI202"], ["FFI202"]]

    converse(talk)


@pytest.mark.parametrize("reply", [None, "nonsense", [17], [], [{"rules": {"ignore": "FFI202"}}]])
def test_an_answer_that_is_no_settings_changes_nothing(
    converse: Callable[..., Any], tmp_path: Path, reply: object
) -> None:
    async def talk(loopback: Loopback) -> None:
        loopback.replies["workspace/configuration"] = reply
        loopback.greet(PULLS_SETTINGS, initializationOptions={"rules": {"select": ["FFI202"]}})
        uri = (tmp_path / "a.ts").as_uri()
        loopback.open(uri, MISSING)
        await loopback.settled()
        assert loopback.codes(uri) == ["FFI202"]

    converse(talk)


def test_a_client_that_cannot_be_asked_sends_its_settings(converse: Callable[..., Any], tmp_path: Path) -> None:
    async def talk(loopback: Loopback) -> None:
        loopback.greet(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "here"}])
        uri = (tmp_path / "a.ts").as_uri()
        loopback.open(uri, MISSING)
        await loopback.settled()
        loopback.notify("workspace/didChangeConfiguration", {"settings": {"ffi": {"rules": {"ignore": ["FFI2"]}}}})
        await loopback.settled()
        assert loopback.codes(uri) == []

    converse(talk)


def test_folders_come_and_go_with_their_settings(converse: Callable[..., Any], tmp_path: Path) -> None:
    async def talk(loopback: Loopback) -> None:
        loopback.replies["workspace/configuration"] = lambda asked: [
            {"rules": {"ignore": ["FFI202"]}} if item.get("scopeUri") else None for item in asked["items"]
        ]
        loopback.greet(PULLS_SETTINGS)
        uri, folder = (tmp_path / "a.ts").as_uri(), {"uri": tmp_path.as_uri(), "name": "here"}
        loopback.open(uri, MISSING)
        await loopback.settled()
        seen = [loopback.codes(uri)]
        for added, removed in (([folder], []), ([], [folder])):
            loopback.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": added, "removed": removed}})
            await loopback.settled()
            seen.append(loopback.codes(uri))
        assert seen == [["FFI202"], [], ["FFI202"]]

    converse(talk)


def test_a_broken_settings_file_is_shown_to_those_who_have_a_text_beside_it_open(
    converse: Callable[..., Any], files_below: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("one.ts", "two.ts"):
        (tmp_path / name).write_text(MISSING)
    (tmp_path / "ffi.toml").write_text("[rulez]\n")

    async def talk(loopback: Loopback) -> None:
        loopback.greet(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "here"}])
        loopback.open("file:///elsewhere.ts", MISSING)
        await loopback.settled()
        assert "rulez" in caplog.text
        assert loopback.told("window/showMessage") == []
        for name in ("one.ts", "two.ts"):
            loopback.open((tmp_path / name).as_uri(), MISSING)
            await loopback.settled()
        (shown,) = loopback.told("window/showMessage")
        assert "rulez" in shown["message"]

    converse(talk, files_below)


def test_a_settings_file_that_breaks_beside_an_open_text_is_shown_each_time(
    converse: Callable[..., Any], tmp_path: Path
) -> None:
    file = tmp_path / "ffi.toml"

    async def talk(loopback: Loopback) -> None:
        loopback.greet(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "here"}])
        loopback.open((tmp_path / "one.ts").as_uri(), MISSING)
        for text, shown in (("[rulez]\n", 1), ("[rulez]\n\n", 1), ("[rules]\n", 1), ("[rulez]\n", 2)):
            file.write_text(text)
            rings = asyncio.ensure_future(loopback.server.news.wait())
            loopback.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": file.as_uri(), "type": 2}]})
            await loopback.settled()
            await loopback.until(rings.done)
            assert len(loopback.told("window/showMessage")) == shown

    converse(talk)
