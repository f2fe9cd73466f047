#!/usr/bin/env bash
# The tests of what is native under AddressSanitizer and UndefinedBehaviorSanitizer, then with CPython's own debug
# allocator and development mode. The instrumented extensions live in a scratch copy; the tree's own are not touched.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
python=${PYTHON:-$root/.venv/bin/python}
compiler=${CC:-cc}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# pytest takes its options from pyproject.toml.
cp -R ffi_core bench "$scratch/"
mkdir -p "$scratch/tests/ffi_core/source" "$scratch/tests/data" "$scratch/docs"
cp docs/runtime.md "$scratch/docs/"
cp pyproject.toml "$scratch/"
cp tests/conftest.py "$scratch/tests/"
cp -R tests/ffi_core/runtime "$scratch/tests/ffi_core/"
cp tests/ffi_core/source/test_moving.py "$scratch/tests/ffi_core/source/"
cp -R tests/data/conformance tests/data/library "$scratch/tests/data/"
rm -f "$scratch"/ffi_core/runtime/_fastcall.*.so "$scratch"/ffi_core/source/_moving.*.so
suffix=$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
include=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
build() {
  for extension in runtime/_fastcall source/_moving; do
    "$compiler" -std=c11 -g -fPIC -shared -fvisibility=hidden -I"$include" "$@" \
      "$scratch/ffi_core/$extension.c" -o "$scratch/ffi_core/$extension$suffix"
  done
}
run() {
  # Nothing would be shown if other extensions than these were under test.
  (cd "$scratch" && env FFI_CORE_BACKEND=fastcall PYTHONPATH="$scratch" "$@" -c \
    "import os, ffi_core.runtime._fastcall as fastcall, ffi_core.source._moving as moving; \
assert all(own.__file__.startswith(os.getcwd()) for own in (fastcall, moving)), (fastcall, moving)")
  # The second backend's run has no instrumented code in it; mypy and Deno are no native code of ours.
  (cd "$scratch" && env FFI_CORE_BACKEND=fastcall FFI_CORE_TESTS_AGAIN=1 PYTHONPATH="$scratch" "$@" -m pytest -q \
    -p no:cacheprovider -p no:faulthandler tests/ffi_core/runtime tests/ffi_core/source/test_moving.py \
    --ignore tests/ffi_core/runtime/test_typing.py --deselect \
    tests/ffi_core/runtime/test_table.py::test_deno_gives_what_the_table_says_of_it)
}

echo "== AddressSanitizer and UndefinedBehaviorSanitizer"
build -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
libraries=$("$compiler" -print-file-name=libasan.so):$("$compiler" -print-file-name=libubsan.so)
# CPython keeps much until it exits, and the sanitizer keeps what was freed, so memory that stays says nothing here:
# leaks are test_leaks.py's, in the run below and in the plain suite.
run LD_PRELOAD="$libraries" PYTHONMALLOC=malloc PYTEST_ADDOPTS="--ignore tests/ffi_core/runtime/test_leaks.py" \
  ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:allocator_may_return_null=1:abort_on_error=1 \
  UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 "$python"

echo "== debug allocator and development mode"
build -O0 -UNDEBUG
run PYTHONMALLOC=debug "$python" -X dev
