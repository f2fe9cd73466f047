"""The laws of the house that import-linter cannot see: what is frozen, what starts without what, who does I/O."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import ffi_core
import ffi_lsp

ROOT = Path(__file__).parent.parent
HEAVY = {"cffi", "pycparser", "tree_sitter", "tree_sitter_javascript", "tree_sitter_typescript", "rich", "pygls"} | {
    "lsprotocol",
    "asyncio",
}


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after running some code."""
    script = f"{code}\nimport sys; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import ffi_core, ffi_core.model, ffi_core.schema, ffi_core.types",
        "import ffi_core.library",
        "import ffi_core.dialects",
        "import ffi_lsp.rules, ffi_lsp.workspace",
        "from ffi_core.cli import main; main([])",
        "from ffi_lsp.cli import main\ntry: main(['--version'])\nexcept SystemExit: pass",
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_used(code: str) -> None:
    assert loaded_by(code) & HEAVY == set()


def test_the_checker_judges_a_file_without_the_protocol_and_without_the_runtime() -> None:
    example = ROOT / "examples" / "mistakes.porf.ts"
    code = f"from ffi_lsp.cli import main; main(['check', {str(example)!r}])\nimport sys\n"
    code += "assert not [name for name in sys.modules if name.startswith('ffi_core.runtime')]"
    assert loaded_by(code) & {"pygls", "lsprotocol", "cffi", "ctypes"} == set()


def test_a_first_call_on_the_fast_path_loads_no_cffi() -> None:
    code = "import ffi_core; ffi_core.dlopen(None, {'getpid': {'parameters': [], 'result': 'i32'}}).getpid()\n"
    code += "import ffi_core.runtime as runtime; assert runtime.BACKEND == 'fastcall'"
    assert loaded_by(code) & {"cffi", "pycparser"} == set()


@pytest.mark.parametrize("name", ["ffi_core.model", "ffi_core.types", "ffi_lsp.diagnostic", "ffi_lsp.workspace"])
def test_every_model_object_is_frozen(name: str) -> None:
    module = importlib.import_module(name)
    for value in vars(module).values():
        own = isinstance(value, type) and value.__module__ == name and not value.__name__.startswith("_")
        if own and dataclasses.is_dataclass(value):
            assert value.__dataclass_params__.frozen, f"{name}.{value.__name__} can be changed"


IO_NAMES = {"open", "input", "print", "exec", "eval"}
IO_MODULES = {"os", "io", "socket", "subprocess", "shutil", "tempfile", "urllib", "pathlib"}
IO_METHODS = {"read_text", "read_bytes", "write_text", "write_bytes", "stat", "exists", "is_file", "is_dir", "iterdir"}


def io_in(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names if name.name.partition(".")[0] in IO_MODULES - {"pathlib"}]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in IO_MODULES - {"pathlib"}:
            found.append(f"from {node.module}")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IO_NAMES:
            found.append(f"{node.func.id}()")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in IO_METHODS:
            found.append(f".{node.func.attr}()")
    return found


@pytest.mark.parametrize("folder", ["ffi_lsp/rules", "ffi_lsp/ide", "ffi_core/dialects"])
def test_what_is_pure_does_no_io(folder: str) -> None:
    # The registry finds the rules' files when it is imported; that is its trade.
    offenders = {
        str(path.relative_to(ROOT)): io_in(path)
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "registry.py" and io_in(path)
    }
    assert offenders == {}


def test_every_module_says_what_it_is_for() -> None:
    for package in (ffi_core, ffi_lsp):
        for path in Path(package.__path__[0]).rglob("*.py"):
            assert ast.get_docstring(ast.parse(path.read_text())), f"{path} has no docstring"
