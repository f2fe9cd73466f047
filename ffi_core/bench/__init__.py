"""Quick runs: call one native function in a child process, time it there, and survive whatever it does.

The parent never loads the library. What a file's call sites offer as arguments is chosen here as well, so that the
command line and the language server choose alike.
"""

from ffi_core.bench.arguments import ArgumentsError
from ffi_core.bench.choice import Arguments, choose_arguments
from ffi_core.bench.quick import quick_run
from ffi_core.bench.report import RunReport, RunRequest, Status

__all__ = ["Arguments", "ArgumentsError", "RunReport", "RunRequest", "Status", "choose_arguments", "quick_run"]
