"""The table of our commands, and what belongs to them: each is handed what all runs share, and its parameters."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lsprotocol import types

from ffi_lsp.server import lenses
from ffi_lsp.server.file_run import compare_runtimes, list_runtimes, run_file
from ffi_lsp.server.quick_run import run_declared
from ffi_lsp.server.runs import Runs
from ffi_lsp.server.words import (
    CANCEL_RUN,
    COMPARE_RUNTIMES,
    LIST_RUNTIMES,
    QUICK_RUN,
    RESET_CONSENT,
    RUN_FILE,
    SHOW_REPORT,
)

if TYPE_CHECKING:
    from ffi_lsp.server.app import Server

COMMANDS = {
    QUICK_RUN: run_declared,
    CANCEL_RUN: Runs.cancel,
    SHOW_REPORT: Runs.show_report,
    RUN_FILE: run_file,
    COMPARE_RUNTIMES: compare_runtimes,
    LIST_RUNTIMES: list_runtimes,
    RESET_CONSENT: Runs.reset_consent,
}


def register(server: Server) -> Runs:
    """Let a server carry out every command, and tell the titles of lenses."""
    runs = Runs(server)
    for name, carry_out in COMMANDS.items():
        # `partial`, because pygls writes attributes on what it registers, and a bound method takes none.
        server.command(name)(partial(carry_out, runs))
    server.feature(types.CODE_LENS_RESOLVE)(partial(lenses.resolve, server))
    return runs
