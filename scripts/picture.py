"""Draw what a command prints on a terminal: the pictures of the README are made of real runs by this script.

python scripts/picture.py OUT.svg WIDTH COMMAND [ARGUMENT ...]
"""

from __future__ import annotations

import contextlib
import io
import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text


def main() -> int:
    """Run the command and draw it."""
    target, width, *command = sys.argv[1:]
    printed = run_on_a_terminal(command, int(width))
    svg = draw(f"$ {shlex.join(command)}\n{printed}", int(width), command[0])
    Path(target).write_text(svg, encoding="utf-8")
    return 0


def draw(ansi: str, width: int, title: str) -> str:
    """An SVG picture of a terminal.

    Parameters
    ----------
    ansi: what it shows, with ANSI escapes for colours.
    width: columns.
    title: what stands in the window's title.
    """
    # The colour of an underline, which rich takes for other attributes.
    ansi = re.sub(r"\x1b\[58[;:]2[;:][\d;:]*?m|\x1b\[59m", "", ansi)
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(ansi), crop=True, no_wrap=True)
    svg = console.export_svg(title=title, font_aspect_ratio=0.61)
    # rich links a web font; a picture in a repository should need no network.
    svg = re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL).replace("Fira Code", "DejaVu Sans Mono")
    # Its identifiers are random; a picture of the same text should be the same file.
    return re.sub(r"terminal-\d+", "terminal", svg)


def run_on_a_terminal(command: list[str], width: int) -> str:
    """What a command prints when its standard output is a terminal, colours and all."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(width), "TERM": "xterm-256color"}
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.STDOUT, env=environment):
        os.close(theirs)
        parts = []
        # A terminal whose other side is closed gives EIO, which is its end of file.
        with contextlib.suppress(OSError):
            while part := os.read(ours, 65536):
                parts.append(part)
    os.close(ours)
    return b"".join(parts).decode().replace("\r\n", "\n")


if __name__ == "__main__":
    sys.exit(main())
