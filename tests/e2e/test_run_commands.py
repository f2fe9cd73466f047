"""The commands about runs: once or many times, the queue, cancelling, reports, comparison, whole files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from wire import Wire

from ffi_core.bench.runtimes import RUNTIMES, Installed, cache_folder

CAPABILITIES = {"window": {"workDoneProgress": True, "showDocument": {"support": True}}}
SHOW = "window/showDocument"


class Editor:
    """An editor with the playground's text open, saved to its file."""

    def __init__(self, wire: Wire, playground: Any) -> None:
        self.wire, self.uri, self.text = wire, playground.uri, playground.text
        self.file = Path(unquote(urlsplit(playground.uri).path))
        wire.replies[SHOW] = {"success": True}

    def open(self, text: str | None = None) -> None:
        self.text = self.text if text is None else text
        self.file.write_text(self.text)
        self.type(self.text)

    def type(self, text: str) -> None:
        item = {"uri": self.uri, "languageId": "typescript", "version": 1, "text": text}
        self.wire.notify("textDocument/didOpen", {"textDocument": item})

    def ask(self, name: str, *arguments: Any) -> int:
        return self.wire.ask("workspace/executeCommand", {"command": name, "arguments": list(arguments)})

    def command(self, name: str, *arguments: Any) -> Any:
        return self.wire.answer(self.ask(name, *arguments))

    def run(self, symbol: str, **more: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.command("ffi.quickRun", {"uri": self.uri, "symbol": symbol, **more})
        return answer

    def received(self, method: str) -> list[Any]:
        return [each.message["params"] for each in self.wire.arrivals if each.message.get("method") == method]

    def lenses(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.wire.request("textDocument/codeLens", {"textDocument": {"uri": self.uri}})
        return found

    def titles(self) -> list[str]:
        return [lens["command"]["title"] for lens in self.lenses()]


def read(uri: str) -> str:
    return Path(unquote(urlsplit(uri).path)).read_text()


@pytest.fixture
def editor(wire: Wire, playground: Any) -> Iterator[Editor]:
    wire.patience = 90
    wire.initialize(CAPABILITIES)
    made = Editor(wire, playground)
    made.open()
    yield made
    assert wire.exit() == 0


def test_a_function_is_called_once_where_that_is_wanted(editor: Editor) -> None:
    answer = editor.run("add", mode="run")
    assert (answer["status"], answer["result"], answer["calls"], answer["median_ns"]) == ("done", 5, 1, None)
    assert answer["message"] == "add(2, 3) = 5"
    assert editor.run("talk", mode="run")["message"] == "talk() = -1"


def test_each_lens_does_what_its_title_says(editor: Editor) -> None:
    lenses = {lens["command"]["title"]: lens["command"] for lens in reversed(editor.lenses())}
    answer = editor.command(lenses["Run add(2, 3)"]["command"], *lenses["Run add(2, 3)"]["arguments"])
    assert (answer["result"], answer["calls"]) == (5, 1)
    assert "Report" in editor.titles()
    report = next(lens["command"] for lens in editor.lenses() if lens["command"]["title"] == "Report")
    assert editor.command(report["command"], *report["arguments"])["shown"] is True


def test_a_lens_on_a_call_takes_that_calls_arguments(editor: Editor) -> None:
    editor.open(editor.text + "add(20, 22);\n")
    (command,) = (each["command"] for each in editor.lenses() if each["command"]["title"] == "Run add(20, 22)")
    assert editor.command(command["command"], *command["arguments"])["result"] == 42
    assert editor.run("add", site=1, mode="run")["result"] == 42
    with pytest.raises(RuntimeError, match="the text may have changed"):
        editor.run("add", site=7)


def test_a_lens_on_what_cannot_run_tells_why_when_it_is_clicked(editor: Editor) -> None:
    editor.open(editor.text.replace("seven: {", "eight: {"))
    (command,) = (each["command"] for each in editor.lenses() if each["command"]["title"].startswith("Cannot run"))
    assert command["title"] == "Cannot run"
    answer = editor.command(command["command"], *command["arguments"])
    assert answer["message"] == "eight was not called: eight is not exported by libplay.so."


def test_the_lenses_of_a_long_file_get_their_titles_when_they_are_shown(editor: Editor) -> None:
    more = "".join(f'  f{number}: {{ parameters: [], result: "i32" }},\n' for number in range(300))
    editor.open(editor.text.replace("  seven:", f"{more}  seven:"))
    lenses = editor.lenses()
    assert len(lenses) > 300
    assert all("command" not in lens for lens in lenses)
    shown = editor.wire.request("codeLens/resolve", lenses[0])
    assert shown["command"]["title"] == "Run add(2, 3)"
    assert shown["command"]["command"] == "ffi.quickRun"


@pytest.mark.parametrize("data", [None, 5, {}, {"uri": "file:///other.ts"}, {"uri": "URI", "act": "run", "symbol": 5}])
def test_a_lens_that_is_not_ours_comes_back_as_it_is(editor: Editor, data: Any) -> None:
    if isinstance(data, dict) and data.get("uri") == "URI":
        data = data | {"uri": editor.uri}
    place = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}}
    assert "command" not in editor.wire.request("codeLens/resolve", {"range": place, "data": data})


# --- turns -----------------------------------------------------------------------------------------------------------


def test_a_run_that_waits_says_how_many_are_before_it_and_can_be_cancelled(editor: Editor) -> None:
    order = {"uri": editor.uri, "symbol": "spin", "timeout": 60}
    running, waiting = editor.ask("ffi.quickRun", order), editor.ask("ffi.quickRun", order | {"symbol": "seven"})

    def says_so(message: Any) -> bool:
        value = message.get("params", {}).get("value", {}) if message.get("method") == "$/progress" else {}
        return bool(value.get("message") == "waiting for 1 other run")

    editor.wire.until(says_so)
    assert editor.command("ffi.cancelRun", {"symbol": "seven"}) == {"cancelled": 1}
    answer = editor.wire.answer(waiting)
    assert (answer["status"], answer["calls"]) == ("cancelled", 0)
    assert "before it began" in answer["message"]
    assert editor.command("ffi.cancelRun", {"uri": "file:///other.ts"}) == {"cancelled": 0}
    assert editor.command("ffi.cancelRun") == {"cancelled": 1}
    assert editor.wire.answer(running)["status"] == "cancelled"
    assert editor.command("ffi.cancelRun", {"uri": editor.uri}) == {"cancelled": 0}


def test_progress_can_be_cancelled_by_the_person(editor: Editor) -> None:
    request = editor.ask("ffi.quickRun", {"uri": editor.uri, "symbol": "spin", "timeout": 60})
    begun = editor.wire.until(lambda message: message.get("method") == "$/progress").message["params"]
    assert begun["value"]["kind"] == "begin"
    assert begun["value"]["cancellable"] is True
    editor.wire.notify("window/workDoneProgress/cancel", {"token": begun["token"]})
    answer = editor.wire.answer(request)
    assert (answer["status"], answer["report"]) == ("cancelled", None)


# --- reports and comparison ------------------------------------------------------------------------------------------


def test_a_report_stands_by_itself_and_is_opened_by_the_client(editor: Editor) -> None:
    answer = editor.run("add")
    text = read(answer["report"])
    assert text.startswith("# `add(i32, i32) -> i32`\n\n`add(2, 3)` gave `5`")
    for words in ("| median |", "## How the batches spread", "## Machine", "libplay.so", "no network (seccomp)"):
        assert words in text
    assert f"ffi-core bench {editor.file} --symbol add --timeout 10" in text
    shown = editor.command("ffi.showReport", {"uri": editor.uri, "symbol": "add"})
    assert (shown["report"], shown["shown"]) == (answer["report"], True)
    (request,) = editor.received(SHOW)
    assert request["uri"] == answer["report"]
    assert editor.command("ffi.showReport", {"uri": editor.uri})["report"] == answer["report"]


def test_a_crash_has_a_report_too(editor: Editor) -> None:
    text = read(editor.run("crash")["report"])
    assert "**crashed**. crash() crashed with SIGSEGV in its first call" in text


def test_a_report_is_named_where_the_client_cannot_open_it(editor: Editor) -> None:
    editor.wire.replies[SHOW] = {"success": False}
    report = editor.run("add", mode="run")["report"]
    shown = editor.command("ffi.showReport", {"uri": editor.uri, "symbol": "add"})
    assert shown["shown"] is False
    assert shown["message"] == f"The report is in {unquote(urlsplit(report).path)}"
    assert editor.received("window/showMessage")[-1]["message"] == shown["message"]


def test_without_a_run_there_is_no_report(editor: Editor) -> None:
    shown = editor.command("ffi.showReport", {"uri": editor.uri, "symbol": "leave"})
    assert (shown["report"], shown["shown"]) == (None, False)
    assert "no report on leave" in shown["message"]


def test_a_run_is_set_beside_the_last_one_of_the_same_call(editor: Editor) -> None:
    assert editor.run("add")["comparison"] is None
    again = editor.run("add")
    assert again["comparison"]["verdict"] in ("faster", "slower", "within noise")
    assert again["comparison"]["words"] in again["message"]
    assert editor.run("add", arguments=[1, 1])["comparison"] is None
    text = read(editor.run("add")["report"])
    assert "## Beside the last run" in text
    assert text.partition("## Earlier runs")[2].count("\n| 20") == 2


# --- whole files -----------------------------------------------------------------------------------------------------

PROGRAM = """\
const { abs } = Porffor.dlopen("libc.so.6", { abs: { parameters: ["i32"], result: "i32" } });
console.log("sum " + (abs(-2) + abs(3)));
"""
here = {name: isinstance(runtime.find(cache_folder()), Installed) for name, runtime in RUNTIMES.items()}
needs_node = pytest.mark.skipif(not here["node"] and shutil.which("npm") is None, reason="there is no runtime")


@pytest.fixture
def program(editor: Editor) -> Editor:
    editor.open(PROGRAM)
    return editor


def test_the_runtimes_that_are_here_are_listed(editor: Editor) -> None:
    listed = editor.command("ffi.listRuntimes")
    assert [entry["name"] for entry in listed] == list(RUNTIMES)
    for entry in listed:
        assert entry["installed"] is here[entry["name"]]
        assert entry.keys() >= ({"version"} if entry["installed"] else {"reason", "remedy"})


@needs_node
def test_a_file_runs_on_a_runtime_with_its_output_and_a_report(program: Editor) -> None:
    answer = program.command("ffi.runFile", {"uri": program.uri, "runtime": "node"})
    assert (answer["status"], answer["exit_code"], answer["cause"]) == ("done", 0, None)
    assert (answer["runtime"], answer["stdout"]) == ("node", "sum 5\n")
    assert answer["wall_ms"] > 0
    assert program.received("window/showMessage")[-1]["message"] == answer["message"]
    text = read(answer["report"])
    assert "sum 5" in text
    assert f"ffi-core run {program.file} --runtime node" in text
    (question,) = program.received("window/showMessageRequest")
    assert question["message"].startswith("Run play.ts on node (")
    assert "all your rights" in question["message"]


@needs_node
@pytest.mark.parametrize(
    ("code", "status", "cause", "exit_code"),
    [
        ("process.exit(3);", "exited", "exit 3", 3),
        ('process.kill(process.pid, "SIGKILL"); setTimeout(() => {}, 9000);', "crashed", "SIGKILL", None),
        ("for (;;);", "timed-out", "timed out", None),
    ],
)
def test_how_a_file_ended_is_told(editor: Editor, code: str, status: str, cause: str, exit_code: int | None) -> None:
    editor.open(code)
    timeout = 1 if status == "timed-out" else 60
    answer = editor.command("ffi.runFile", {"uri": editor.uri, "runtime": "node", "timeout": timeout})
    assert (answer["status"], answer["cause"], answer["exit_code"]) == (status, cause, exit_code)
    assert editor.received("window/showMessage")[-1]["type"] == 1


@needs_node
def test_a_gigabyte_that_a_file_prints_is_cut(editor: Editor) -> None:
    editor.open('const page = "x".repeat(1 << 20); for (let i = 0; i < 1024; i++) require("fs").writeSync(1, page);')
    answer = editor.command("ffi.runFile", {"uri": editor.uri, "runtime": "node"})
    assert answer["status"] == "done"
    assert len(answer["stdout"]) < (1 << 20) + 100
    assert answer["stdout"].endswith("\n... and 1,072,693,248 bytes more\n")


@needs_node
def test_a_file_that_runs_can_be_cancelled(editor: Editor) -> None:
    editor.open("for (;;);")
    request = editor.ask("ffi.runFile", {"uri": editor.uri, "runtime": "node"})
    editor.wire.until(lambda message: message.get("method") == "$/progress")
    assert editor.command("ffi.cancelRun", {"uri": editor.uri}) == {"cancelled": 1}
    assert editor.wire.answer(request)["status"] == "cancelled"


def test_what_is_not_saved_does_not_run(program: Editor) -> None:
    program.type(program.text + "// typed")
    answer = program.command("ffi.runFile", {"uri": program.uri})
    assert (answer["status"], answer["message"]) == (
        "failed",
        "play.ts was not run: it has changes that are not saved.",
    )
    assert program.command("ffi.compareRuntimes", {"uri": program.uri})["message"] == answer["message"]
    program.file.unlink()
    assert "there is no such file" in program.command("ffi.runFile", {"uri": program.uri})["message"]


def test_a_runtime_that_nobody_knows_is_refused_by_name(program: Editor) -> None:
    with pytest.raises(RuntimeError, match="knows no runtime 'rhino'; there are porffor, deno"):
        program.command("ffi.runFile", {"uri": program.uri, "runtime": "rhino"})
    with pytest.raises(RuntimeError, match="finds no open text"):
        program.command("ffi.compareRuntimes", {"uri": "file:///other.ts"})


def test_a_person_may_refuse_a_file(program: Editor) -> None:
    program.wire.replies["window/showMessageRequest"] = {"title": "Cancel"}
    answer = program.command("ffi.runFile", {"uri": program.uri})
    assert (answer["status"], answer["message"]) == ("declined", "play.ts was not run: it was not allowed.")


@needs_node
def test_runtimes_are_compared_with_a_table_a_chart_and_progress(program: Editor) -> None:
    order = {"uri": program.uri, "runtimes": ["node", "bun", "koffi"], "runs": 2}
    answer = program.command("ffi.compareRuntimes", order)
    assert (answer["status"], answer["outputs_equal"], answer["interrupted"]) == ("done", True, False)
    assert {"node", "bun"} <= {entry["name"] for entry in answer["programs"]}
    text = read(answer["report"])
    assert "| runtime | version | wall time |" in text
    assert "sum 5" in text
    assert f"ffi-core bench {program.file} --runtimes node,bun,koffi --runs 2" in text
    assert "<svg" in read(answer["report"].rpartition("/")[0] + "/chart.svg")
    steps = [each["value"].get("percentage") for each in program.received("$/progress")]
    assert steps[0] == 0
    assert max(step for step in steps if step is not None) == 100
