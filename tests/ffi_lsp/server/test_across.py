"""The whole workspace: files that nobody has open are found, judged, named, and kept true to the disk."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Loopback

Converse = Callable[..., Any]

MISSING = 'Porffor.dlopen("/nowhere.so", {});'
WELL = 'const { cos, sin } = Deno.dlopen("libm.so.6", { cos: { parameters: ["f64"], result: "f64" } });'
PULLS = {
    "textDocument": {"diagnostic": {}},
    "workspace": {
        "diagnostics": {"refreshSupport": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True},
    },
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for name, text in {
        "bad.ts": MISSING,
        "deep/well.js": WELL,
        "plain.ts": "export const a = 1;",
        "node_modules/theirs/index.js": MISSING,
        "out/made.js": MISSING,
        ".gitignore": "out\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / ".git").mkdir()
    return tmp_path


@pytest.fixture
def converse_in(converse: Converse, files_below: Any, workspace: Path) -> Callable[..., Any]:
    """`converse_in(talk, capabilities)`: the server has been greeted and has looked through the workspace."""

    def run(talk: Callable[[Loopback], Any], capabilities: dict[str, Any] | None = None, **more: Any) -> Any:
        async def settle_and_talk(loopback: Loopback) -> Any:
            folders = [{"uri": workspace.as_uri(), "name": "here"}]
            loopback.greet(PULLS if capabilities is None else capabilities, workspaceFolders=folders, **more)
            await loopback.settled()
            return await talk(loopback)

        return converse(settle_and_talk, files_below)

    return run


def pull(told: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    return {"previousResultIds": [{"uri": uri, "value": value} for uri, value in (told or {}).items()], **more}


def summary(report: dict[str, Any]) -> dict[str, Any]:
    """File name to codes, or to "unchanged"."""
    return {
        each["uri"].rpartition("/")[2]: [item["code"] for item in each["items"]]
        if each["kind"] == "full"
        else "unchanged"
        for each in report["items"]
    }


def test_files_with_findings_are_reported_and_ignored_ones_are_not(converse_in: Converse) -> None:
    async def talk(loopback: Loopback) -> Any:
        return summary(await loopback.request("workspace/diagnostic", pull()))

    assert converse_in(talk) == {"bad.ts": ["FFI202"]}


def test_what_is_known_already_is_not_sent_again_and_what_is_mended_is_taken_back(
    converse_in: Converse, workspace: Path
) -> None:
    async def talk(loopback: Loopback) -> None:
        first = await loopback.request("workspace/diagnostic", pull())
        told = {each["uri"]: each["resultId"] for each in first["items"]}
        assert summary(await loopback.request("workspace/diagnostic", pull(told))) == {"bad.ts": "unchanged"}
        (workspace / "bad.ts").write_text(WELL)
        change = {"uri": (workspace / "bad.ts").as_uri(), "type": 2}
        loopback.notify("workspace/didChangeWatchedFiles", {"changes": [change]})
        await loopback.until(lambda: loopback.told("workspace/diagnostic/refresh"))
        assert summary(await loopback.request("workspace/diagnostic", pull(told))) == {"bad.ts": []}

    converse_in(talk)


def test_an_open_text_counts_as_it_is_on_the_screen(converse_in: Converse, workspace: Path) -> None:
    async def talk(loopback: Loopback) -> None:
        uri = (workspace / "bad.ts").as_uri()
        loopback.open(uri, WELL, version=4)
        assert summary(await loopback.request("workspace/diagnostic", pull())) == {}
        loopback.change(uri, {"text": WELL.replace("f64", "f65")}, version=5)
        report = await loopback.request("workspace/diagnostic", pull())
        assert summary(report) == {"bad.ts": ["FFI101", "FFI101"]}
        assert [each["version"] for each in report["items"]] == [5]
        loopback.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        await loopback.settled()
        assert summary(await loopback.request("workspace/diagnostic", pull())) == {"bad.ts": ["FFI202"]}

    converse_in(talk)


def test_a_client_that_takes_parts_gets_them_while_the_search_goes_on(
    converse: Converse, files_below: Any, workspace: Path
) -> None:
    async def talk(loopback: Loopback) -> None:
        loopback.greet(PULLS, workspaceFolders=[{"uri": workspace.as_uri(), "name": "here"}])
        answer = await loopback.request("workspace/diagnostic", pull(partialResultToken="t"))
        parts = loopback.told("$/progress")
        assert answer["items"] == []
        assert {part["token"] for part in parts} == {"t"}
        assert [summary(part["value"]) for part in parts] == [{"bad.ts": ["FFI202"]}]

    converse(talk, files_below)


async def held(loopback: Loopback) -> int:
    """The number of a request for more than a client knows already, which has no answer yet."""
    first = await loopback.request("workspace/diagnostic", pull())
    told = {each["uri"]: each["resultId"] for each in first["items"]}
    number = loopback.ask("workspace/diagnostic", pull(told, partialResultToken="held"))
    await loopback.request("workspace/symbol", {"query": ""})
    assert not is_answered(loopback, number)
    return number


def is_answered(loopback: Loopback, number: int) -> bool:
    return any(each.get("id") == number and "method" not in each for each in loopback.written)


def changed_on_disk(loopback: Loopback, file: Path) -> None:
    loopback.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": file.as_uri(), "type": 2}]})


def test_a_client_that_takes_parts_is_answered_once_there_is_news(converse_in: Converse, workspace: Path) -> None:
    async def talk(loopback: Loopback) -> None:
        number = await held(loopback)
        (workspace / "bad.ts").write_text(WELL)
        changed_on_disk(loopback, workspace / "bad.ts")
        await loopback.until(lambda: is_answered(loopback, number))
        assert [summary(part["value"]) for part in loopback.told("$/progress")] == [{"bad.ts": []}]

    converse_in(talk)


def test_what_is_typed_is_news_and_what_changes_nothing_is_none(converse_in: Converse, workspace: Path) -> None:
    async def talk(loopback: Loopback) -> None:
        number, uri = await held(loopback), (workspace / "deep/well.js").as_uri()
        loopback.open(uri, WELL)
        changed_on_disk(loopback, workspace / "plain.ts")
        rings = asyncio.ensure_future(loopback.server.news.wait())
        await loopback.until(rings.done)
        assert not is_answered(loopback, number)
        loopback.change(uri, {"text": WELL.replace("f64", "f65")})
        await loopback.until(lambda: is_answered(loopback, number))
        (part,) = loopback.told("$/progress")
        assert summary(part["value"]) == {"well.js": ["FFI101", "FFI101"]}

    converse_in(talk)


def test_closing_a_text_has_the_client_ask_anew(converse_in: Converse, workspace: Path) -> None:
    async def talk(loopback: Loopback) -> None:
        uri = (workspace / "bad.ts").as_uri()
        loopback.open(uri, MISSING)
        number = await held(loopback)
        loopback.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        await loopback.until(lambda: is_answered(loopback, number))
        anew = await loopback.request("workspace/diagnostic", pull(partialResultToken="anew"))
        assert anew["items"] == []
        assert [summary(part["value"]) for part in loopback.told("$/progress")] == [{"bad.ts": ["FFI202"]}]

    converse_in(talk)


def test_a_request_that_waits_for_news_can_be_called_off(converse_in: Converse) -> None:
    async def talk(loopback: Loopback) -> Any:
        number = await held(loopback)
        loopback.notify("$/cancelRequest", {"id": number})
        await loopback.until(lambda: is_answered(loopback, number))
        return next(each["error"]["code"] for each in loopback.written if each.get("id") == number)

    assert converse_in(talk) == -32800


def test_a_search_can_be_called_off(converse: Converse, workspace: Path) -> None:
    def endless(_: Path, __: object) -> Any:
        for number in itertools.count():
            yield workspace / f"{number}.ts"

    async def talk(loopback: Loopback) -> Any:
        loopback.greet(PULLS, workspaceFolders=[{"uri": workspace.as_uri(), "name": "here"}])
        number = loopback.ask("workspace/diagnostic", pull())
        await loopback.until(lambda: loopback.server.index.files)
        loopback.notify("$/cancelRequest", {"id": number})
        await loopback.until(lambda: any(each.get("id") == number for each in loopback.written))
        return next(each["error"]["code"] for each in loopback.written if each.get("id") == number)

    assert converse(talk, endless) == -32800


def test_a_client_that_has_diagnostics_pushed_gets_those_of_open_texts_alone(
    converse_in: Converse, workspace: Path
) -> None:
    async def talk(loopback: Loopback) -> None:
        loopback.open((workspace / "deep" / "well.js").as_uri(), WELL)
        await loopback.settled()
        told = [each["uri"] for each in loopback.told("textDocument/publishDiagnostics")]
        assert set(told) == {(workspace / "deep" / "well.js").as_uri()}

    converse_in(talk, {})


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("cos", ["cos"]),
        ("CS", ["cos"]),
        ("libm", ["libm.so.6"]),
        ("sin", []),
        ("", ["/nowhere.so", "cos", "libm.so.6"]),
    ],
)
def test_declarations_are_found_by_the_letters_of_their_names(
    converse_in: Converse, query: str, names: list[str]
) -> None:
    async def talk(loopback: Loopback) -> Any:
        found = await loopback.request("workspace/symbol", {"query": query})
        return [each["name"] for each in found]

    assert converse_in(talk) == names


def test_symbols_of_an_open_text_are_those_on_the_screen(converse_in: Converse, workspace: Path) -> None:
    async def talk(loopback: Loopback) -> Any:
        uri = (workspace / "deep" / "well.js").as_uri()
        loopback.open(uri, WELL.replace("cos:", "cosf:"))
        found = await loopback.request("workspace/symbol", {"query": "cos"})
        return [(each["name"], each["location"]["uri"] == uri) for each in found]

    assert converse_in(talk) == [("cosf", True)]


def test_files_that_appear_and_vanish_are_noticed(
    converse_in: Converse, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ffi_lsp.server.index._UNKNOWN_FILES_DELAY", 0.01)

    async def talk(loopback: Loopback) -> None:
        (workspace / "new.ts").write_text(MISSING)
        (workspace / "bad.ts").unlink()
        changes = [{"uri": (workspace / name).as_uri(), "type": kind} for name, kind in (("new.ts", 1), ("bad.ts", 3))]
        loopback.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        index = loopback.server.index
        await loopback.until(lambda: [entry.path.name for entry in index.entries()] == ["well.js", "new.ts"])

    converse_in(talk)


def test_a_header_that_changes_judges_unopened_files_again(
    converse_in: Converse, workspace: Path, compile_library: Callable[..., Path]
) -> None:
    library = compile_library("int shop_open(int door) { return door; }")
    (workspace / "shop.h").write_text("int shop_open(int door);\n")
    (workspace / "bad.ts").write_text(
        f'// ffi-header: shop.h\nDeno.dlopen("{library}", {{ shop_open: {{ parameters: ["i32"], result: "i32" }} }});\n'
    )

    async def talk(loopback: Loopback) -> None:
        assert summary(await loopback.request("workspace/diagnostic", pull())) == {}
        (workspace / "shop.h").write_text("int shop_open(double door);\n")
        change = {"uri": (workspace / "shop.h").as_uri(), "type": 2}
        loopback.notify("workspace/didChangeWatchedFiles", {"changes": [change]})
        await loopback.until(lambda: any(entry.diagnostics for entry in loopback.server.index.entries()))
        assert summary(await loopback.request("workspace/diagnostic", pull())) == {"bad.ts": ["FFI302"]}

    converse_in(talk)


def test_the_status_is_told_to_those_who_know_it(converse_in: Converse, workspace: Path) -> None:
    async def talk(loopback: Loopback) -> Any:
        await loopback.until(lambda: any(each["state"] == "ready" for each in loopback.told("ffi/status")))
        return loopback.told("ffi/status")[-1]

    told = converse_in(talk, {**PULLS, "experimental": {"ffiStatus": True}})
    assert {key: told[key] for key in ("state", "files", "bindings", "searches")} == {
        "state": "ready",
        "files": 3,
        "bindings": 2,
        "searches": 0,
    }


def test_others_are_not_bothered_with_a_status(converse_in: Converse) -> None:
    async def talk(loopback: Loopback) -> Any:
        await loopback.settled()
        return loopback.told("ffi/status")

    assert converse_in(talk) == []
