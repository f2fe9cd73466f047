# What README and .ci/run call. Everything needed is installed into .venv; nothing outside the tree is touched but
# the user's cache folder.

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
PIP_QUIET := --quiet --disable-pip-version-check --no-input

.PHONY: editors vsix pictures help demo test lint format bench figures fuzz soak runtimes clean test-native

help:
	@echo "make demo    check the examples and time a native call"
	@echo "make test    the whole test suite"
	@echo "make lint    formatting, lint, types, the laws of the architecture, the C files with -Werror"
	@echo "make bench   every benchmark: one call, the sqlite program on every runtime, the server; minutes"
	@echo "make soak    100,000 edits in one server: memory and latency; minutes"
	@echo "make fuzz    tens of thousands of damaged libraries and of texts being typed; minutes"
	@echo "make editors the plugins in the real editors; minutes, and half a gigabyte in the cache folder the first time"
	@echo "make vsix    the VS Code extension with the server in it, as dist/*.vsix"
	@echo "make pictures  the pictures of the editors in docs/pictures, from real runs"
	@echo "make format  let ruff format the Python code"

# The install is repeated when what it depends on has changed: the metadata, or an extension's source.
$(READY): pyproject.toml ffi_core/runtime/_fastcall.c $(wildcard ffi_core/runtime/c/*.h) ffi_core/source/_moving.c
	@test -n "$(PYTHON)" || { echo "ffi-lsp needs Python 3.11 or newer; none was found on PATH" >&2; exit 1; }
	@echo "setting up $(VENV) (once)"
	@"$(PYTHON)" -m venv $(VENV) || { \
		echo "python3 -m venv failed; on Debian: apt-get install python3-venv python3-dev" >&2; exit 1; }
	@$(BIN)/python -m pip install $(PIP_QUIET) --editable '.[dev]'
	@touch $@

demo: $(READY)
	@$(BIN)/python scripts/demo.py

test: $(READY) runtimes
	@$(BIN)/python -m pytest $(ARGS)

# The tests and benches run real JavaScript runtimes; they are kept in the user's cache folder and found there again.
runtimes: $(READY)
	@$(BIN)/python scripts/install_runtimes.py

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@$(BIN)/python scripts/lint_c.py

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Each takes --json as well, and --help tells the rest.
bench: $(READY) runtimes
	$(BIN)/python bench/call.py
	$(BIN)/python bench/callback.py
	$(BIN)/python bench/bind.py
	$(BIN)/python bench/headline.py
	$(BIN)/python bench/quick_run.py
	$(BIN)/python bench/accuracy.py
	$(BIN)/python bench/library.py
	$(BIN)/python bench/headers.py
	$(BIN)/python bench/lsp.py
	$(BIN)/python bench/lsp_workspace.py
	$(BIN)/python bench/check.py

# Measured anew, and written into README.md; for a quiet machine.
figures: $(READY) runtimes
	$(BIN)/python scripts/figures.py

# The tests of what is native, under sanitizers and under CPython's debug allocator; two minutes.
test-native: $(READY)
	@bash scripts/test_native.sh

# A hundred thousand edits in one server: its memory and its latency; minutes.
soak: $(READY)
	$(BIN)/python bench/lsp_soak.py

# Each editor has a script; what they download is kept in the user's cache folder.
editors: $(READY)
	@for script in scripts/editors/*.sh; do echo "== $$script"; bash "$$script" || exit 1; done

vsix: $(READY)
	@$(BIN)/python scripts/build_vsix.py

pictures: $(READY)
	@for script in scripts/pictures/*.sh; do bash "$$script" || exit 1; done

fuzz: $(READY)
	$(BIN)/python tests/fuzz/library.py --files 20000
	$(BIN)/python scripts/fuzz_typing.py --seconds 600

clean:
	rm -rf $(VENV) build dist *.egg-info
	find ffi_core -name '_*.*.so' -delete
