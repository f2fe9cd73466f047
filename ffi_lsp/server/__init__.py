"""The language server, on standard input and output, TCP or a pipe: the only place that knows pygls and lsprotocol."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ffi_lsp.server.index import FindFiles


def main(
    log_file: Path | None = None,
    *,
    tcp: tuple[str, int] | None = None,
    pipe: str | None = None,
    trace: bool = False,
    find_files: FindFiles | None = None,
) -> int:
    """Serve one client until it says exit or goes away.

    Parameters
    ----------
    log_file: where warnings and errors go; standard error where None.
    tcp: address and port on which to wait for the client.
    pipe: name of the pipe that the client has made; without both, standard input and output are the stream.
    trace: whether the log has a line for each request, with its latency.
    find_files: gives the files below a folder that may hold bindings; without it only open texts are known.

    Returns
    -------
    The process's exit code: 0 where the client said `shutdown` first, 1 where it did not, 2 where the log cannot be
    written or the client cannot be reached.
    """
    from ffi_lsp.server.start import Endpoint, start

    return start(Endpoint(tcp, pipe), log_file, trace, find_files)
