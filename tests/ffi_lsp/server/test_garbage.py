"""What an edit leaves behind: looking for garbage is what a keystroke must not wait for."""

from __future__ import annotations

import gc
from pathlib import Path

from ffi_core.source import SourceTree
from ffi_lsp.workspace import Workspace

PROGRAM = """\
const { add, twice } = Porffor.dlopen("/nowhere.so", {
  add: { parameters: ["i32", "i32"], result: "i32" },
  twice: { parameters: ["i32"], result: "i32" },
});
export function sum(values: number[]): number {
  let total = 0;
  for (const value of values) total = add(total, twice(value));
  return total;
}
"""


def test_a_text_that_is_edited_goes_without_a_search_for_garbage() -> None:
    workspace, path = Workspace(follow_imports=True), Path("/program.ts")

    def type_at(place: int) -> None:
        for text in (PROGRAM[:place] + "x" + PROGRAM[place:], PROGRAM):
            workspace.snapshot(path, text.encode())

    type_at(len(PROGRAM) - 5)
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for place in range(0, len(PROGRAM), 7):
            type_at(place)
        gc.collect()
        kept = [each for each in gc.garbage if isinstance(each, SourceTree)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert kept == []
