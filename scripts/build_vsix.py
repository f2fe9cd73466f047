"""Build the VS Code extension as one file that installs without a network: the server's wheels are in it.

Wheels are made of this tree, and fetched with pip for what it depends on, for each Python that is found here (or that
--python names): an environment of another Python takes them from the package index. Nothing of it is kept in the tree.

    python scripts/build_vsix.py [--output FILE] [--python PYTHON ...] [--no-wheels]
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ffi_core import __version__

ROOT = Path(__file__).parent.parent
EXTENSION = ROOT / "editors" / "vscode"
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
_SYSTEMS = {"linux": "linux", "darwin": "darwin", "win32": "win32"}
_MACHINES = {"x86_64": "x64", "AMD64": "x64", "aarch64": "arm64", "arm64": "arm64"}
_SECONDS = 900


def main() -> int:
    """Build and say what it holds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, help="the file to write; dist/ffi-lsp-VERSION-TARGET.vsix by default")
    parser.add_argument("--python", action="append", help="a Python to make wheels for; by default each one on PATH")
    parser.add_argument("--no-wheels", action="store_true", help="leave the server out: it is then fetched when needed")
    options = parser.parse_args()
    target = None if options.no_wheels else f"{_SYSTEMS[sys.platform]}-{_MACHINES[platform.machine()]}"
    output = options.output or ROOT / "dist" / f"ffi-lsp-{__version__}{f'-{target}' if target else ''}.vsix"
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ffi-vsix-") as place:
        folder = Path(place) / "extension"
        stage(folder)
        pythons = [] if options.no_wheels else options.python or pythons_here()
        for python in pythons:
            collect_wheels(python, folder / "wheels")
        pack(folder, output.resolve(), target)
    print(f"{output}: {output.stat().st_size / 1e6:.1f} MB, wheels for {len(pythons)} of Python's versions")
    return 0


def stage(folder: Path) -> None:
    """Lay out what the extension is made of: bundled code, and files that other parts of the project own."""
    if not (EXTENSION / "node_modules").exists():
        # Not `npm ci`: that refuses where a registry has the formatter for this platform alone.
        run(["npm", "install", "--no-save", "--loglevel=error"], EXTENSION)
    run(["node", "esbuild.mjs"], EXTENSION)
    kept = shutil.ignore_patterns("node_modules", "src", "test", "*.svg", "biome.json", "tsconfig.json", "esbuild.mjs")
    shutil.copytree(EXTENSION, folder, ignore=kept)
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE")
    shutil.copytree(ROOT / "types", folder / "types")
    pictures = ROOT / "docs" / "pictures"
    for picture in sorted(pictures.glob("vscode-*.png")):
        shutil.copy(picture, folder / "media" / picture.name)
    readme = folder / "README.md"
    readme.write_text(readme.read_text("utf-8").replace("../../docs/pictures/", "media/"), encoding="utf-8")


def collect_wheels(python: str, folder: Path) -> None:
    """Put the wheels of this tree and of all that it depends on into a folder, as one Python wants them."""
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    with tempfile.TemporaryDirectory(prefix="ffi-wheel-") as place:
        # Built in a copy: two builds in one tree would take over each other's build/ folder.
        source = Path(place) / "source"
        unwanted = shutil.ignore_patterns(
            ".*", "build", "dist", "editors", "tests", "node_modules", "*.so", "*.egg-info"
        )
        shutil.copytree(ROOT, source, ignore=unwanted)
        run([python, "-m", "pip", "wheel", *quiet, "--no-deps", "--wheel-dir", str(folder), str(source)], ROOT)
    (ours,) = folder.glob(f"ffi_lsp-{__version__}-{tag_of(python)}-*.whl")
    wanted = f"ffi-lsp[headers] @ {ours.as_uri()}"
    run([python, "-m", "pip", "download", *quiet, "--only-binary=:all:", "--dest", str(folder), wanted], ROOT)


def pack(folder: Path, output: Path, target: str | None) -> None:
    """Let vsce write the file. What goes in is the list `files` of package.json."""
    vsce = EXTENSION / "node_modules" / "@vscode" / "vsce" / "vsce"
    command = ["node", str(vsce), "package", "--no-dependencies", "--allow-missing-repository"]
    # The pictures of the README are in the file, so that its page needs no network either.
    command += ["--no-rewrite-relative-links", "--out", str(output)]
    # Without a target there are no wheels, which the list names all the same.
    run([*command, *(["--target", target] if target else ["--allow-unused-files-pattern"])], folder)


def pythons_here() -> list[str]:
    """One Python on PATH for each version that the server runs on; the one that runs this script is among them."""
    found = {f"{sys.version_info.major}.{sys.version_info.minor}": sys.executable}
    for version in VERSIONS:
        program = shutil.which(f"python{version}")
        works = program and subprocess.run([program, "-m", "pip", "--version"], capture_output=True, check=False)
        if program and works and works.returncode == 0:
            found.setdefault(version, program)
    return [found[version] for version in sorted(found)]


def tag_of(python: str) -> str:
    """The tag of a Python in the names of wheels: ``cp312``."""
    script = "import sys; print('cp%d%d' % sys.version_info[:2])"
    return subprocess.run([python, "-c", script], capture_output=True, text=True, check=True).stdout.strip()


def run(command: list[str], folder: Path) -> None:
    """Run a program, quietly unless it fails."""
    try:
        done = subprocess.run(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_SECONDS, check=False
        )
    except FileNotFoundError:
        sys.exit(f"build_vsix: there is no {command[0]}")
    if done.returncode != 0:
        sys.exit(f"build_vsix: {' '.join(command)} failed:\n{done.stdout.decode(errors='replace')}")


if __name__ == "__main__":
    sys.exit(main())
