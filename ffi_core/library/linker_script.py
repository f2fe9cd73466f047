"""Text linker scripts that bear a library's name, such as Debian's ``libc.so``: what they refer to.

Only the commands INPUT, GROUP and AS_NEEDED are understood, which is all that such files hold (GNU ld manual, section
"Commands Dealing with Files").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMMENT = re.compile(rb"/\*.*?(\*/|\Z)", re.DOTALL)
_COMMAND = re.compile(rb"\b(?:INPUT|GROUP)\s*\(")
_WORD = re.compile(rb"AS_NEEDED\s*\(|[()]|[^\s(),]+")


@dataclass(frozen=True, slots=True)
class LinkerScript:
    """A linker script.

    Parameters
    ----------
    files: the files and ``-lname`` words it refers to, in order.
    """

    files: tuple[str, ...]

    @property
    def shared(self) -> tuple[str, ...]:
        """Those that are shared libraries by their name."""
        return tuple(name for name in self.files if ".so" in name.rpartition("/")[2])

    @property
    def summary(self) -> str:
        """One sentence for people."""
        if self.shared:
            return f"a text file for the linker, not a library; it refers to {self.shared[0]}, use that"
        named = f"; it refers to {', '.join(self.files)}" if self.files else ""
        return f"a text file for the linker, not a library{named}"


def read(text: bytes) -> LinkerScript | None:
    """Read the start of a file as a linker script; None where it is none.

    Parameters
    ----------
    text: the file's first few thousand bytes; such scripts are shorter than that.
    """
    if b"\0" in text:
        return None
    bare = _COMMENT.sub(b" ", text)
    command = _COMMAND.search(bare)
    if command is None:
        return LinkerScript(()) if text.startswith(b"/* GNU ld script") else None
    files: list[str] = []
    for found in _COMMAND.finditer(bare):
        depth = 1
        for word in _WORD.findall(bare, found.end()):
            depth += word.endswith(b"(") - (word == b")")
            if depth == 0:
                break
            if not word.endswith(b"(") and word != b")":
                files.append(word.decode(errors="backslashreplace"))
    return LinkerScript(tuple(files))
