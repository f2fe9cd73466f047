"""Whatever was typed before, what a workspace says of a text is what a new one says of it."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .edits import KINDS, Edit, texts_of
from .grammar import DIALECTS
from .oracle import Typist
from .programs import Program, is_broken, made_up, real_programs
from .world import World

NUMBERS = st.integers(0, 1 << 30)
KINDS_BY_WEIGHT = [kind for kind, (weight, _) in KINDS.items() for _ in range(weight)]
EDITS = st.lists(st.builds(Edit, st.sampled_from(KINDS_BY_WEIGHT), NUMBERS), min_size=1, max_size=8)


@st.composite
def made_up_programs(draw: st.DrawFn) -> Program:
    dialects = tuple(draw(st.lists(st.sampled_from(sorted(DIALECTS)), min_size=1, max_size=2, unique=True)))
    parts = draw(st.lists(st.tuples(st.sampled_from(dialects), st.sampled_from(["S", "PART"]), NUMBERS), max_size=10))
    texts = [made_up("START", dialect, Random(draw(NUMBERS))) for dialect in dialects]
    texts += [made_up(kind, dialect, Random(number)) for dialect, kind, number in parts]
    name = draw(st.sampled_from(["main.ts", "main.js", "main.tsx", "main.vue", "main.html"]))
    return Program(name, dialects, tuple(text for text in texts if not is_broken("main.ts", text)))


PROGRAMS = made_up_programs() | made_up_programs() | made_up_programs() | st.sampled_from(real_programs())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("typing"))


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.generate, Phase.shrink],
)
@given(program=PROGRAMS, edits=EDITS)
def test_whatever_was_typed_before_a_text_is_judged_as_if_it_were_read_afresh(
    world: World, program: Program, edits: list[Edit]
) -> None:
    typist, before = Typist(world, program.name), ""
    for text in texts_of(program, edits):
        found = typist.show(text)
        assert not found, "\n".join(["---- before:", before, "---- then:", text, *map(str, found)])
        before = text


NODE = 'const ffi = require("node:ffi");\nconst lib = new ffi.DynamicLibrary("libc.so.6");\n'
BUN = 'import { dlopen } from "bun:ffi";\n'
CALLBACK = 'const cb = lib.registerCallback({ arguments: ["pointer"], return: "void" }, (a) => cb);'
FOUND = {
    "a use of a callback that stood before the callback is gone": [
        f"{NODE}abs(new Uint8Array(cb))\n{CALLBACK}",
        f"{NODE}abs()\n{CALLBACK}",
    ],
    "a broken entry stays while another statement is typed": [
        f'{BUN}const c = dlopen("libc.so.6", {{ abs: {{ args: ["int"], returns: "int" }} }});\nc.symbols.abs(c);',
        f'{BUN}const c = dlopen("libc.so.6", {{ abs: {{ args: c"int"], returns: "int" }} }});\nc.symbols.abs(c);',
        f'{BUN}const c = dlopen("libc.so.6", {{ abs: {{ args: c"int"], returns: "int" }} }});\nc.symbols.abs();',
    ],
    "an entry is typed that two calls have, since two modules give the function": [
        f'{BUN}import {{ dlopen }} from "node:ffi";\nconst c = dlopen("libc.so.6", {{ abs: {{ returns: "i32" }} }});',
        f'{BUN}import {{ dlopen }} from "node:ffi";\nconst c = dlopen("libc.so.6", {{ abs: {{ returns: "i3" }} }});',
    ],
    "a blank comes between two statements that touch": [
        f'{BUN}const {{ symbols: {{ abs }} }} = dlopen("x", {{ abs: {{}} }});\nabs(n);\nenum n {{}}enum M {{}}',
        f'{BUN}const {{ symbols: {{ abs }} }} = dlopen("x", {{ abs: {{}} }});\nabs(n);\nenum n {{}} enum M {{}}',
    ],
}


@pytest.mark.parametrize("texts", FOUND.values(), ids=[title.replace(" ", "-") for title in FOUND])
def test_what_was_once_told_otherwise_is_told_as_afresh(world: World, texts: list[str]) -> None:
    typist = Typist(world, "main.ts")
    assert [list(map(str, typist.show(text))) for text in texts] == [[] for _ in texts]
