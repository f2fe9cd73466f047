"""The language server on standard input and output: the only place that knows pygls and lsprotocol."""

from __future__ import annotations

from pathlib import Path


def main(log_file: Path | None = None) -> int:
    """Serve one client on standard input and output until it says exit or goes away.

    Parameters
    ----------
    log_file: where warnings and errors go; standard error where None.

    Returns
    -------
    The process's exit code: 0 where the client said `shutdown` first, 1 where it did not, 2 where the log cannot be
    written.
    """
    from ffi_lsp.server.start import start

    return start(log_file)
