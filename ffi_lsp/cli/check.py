"""`ffi-lsp check`: judge files without an editor, and mend what has one safe answer."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from ffi_lsp.cli.checking.baseline import Baseline, BaselineError
from ffi_lsp.cli.checking.judge import Options, Outcome
from ffi_lsp.cli.checking.printing import FORMATS, count, print_diffs, print_report, print_statistics
from ffi_lsp.cli.checking.progress import Progress
from ffi_lsp.cli.checking.run import Run, Tally
from ffi_lsp.cli.checking.search import STANDARD_INPUT, Trouble
from ffi_lsp.config import ConfigError
from ffi_lsp.diagnostic import Severity
from ffi_lsp.report.text import printable
from ffi_lsp.selection import UnknownRuleError, select

_HEADER_SECONDS = 60.0
_MOST_STALE_SHOWN = 10
_EPILOG = "Exit code: 0 nothing found, 1 findings, 2 something could not be read or asked for, 130 ended by Ctrl-C."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        default=[Path()],
        metavar="PATH",
        help="a file, a directory to search, or - for standard input (default: this directory)",
    )
    what = parser.add_argument_group("what is reported")
    codes = "rules by code, beginning of a code, or name; several with commas"
    what.add_argument("--select", action="append", metavar="RULES", help=f"report only these {codes}")
    what.add_argument("--ignore", action="append", metavar="RULES", help="do not report these")
    severities = [severity.value for severity in Severity]
    what.add_argument("--min-severity", choices=severities, help="report nothing below this")
    what.add_argument("--hints", action="store_true", default=None, help="report hints of style as well")
    what.add_argument("--baseline", type=Path, metavar="FILE", help="do not report what this file knows already")
    what.add_argument(
        "--write-baseline", action="store_true", help="with --baseline: write what is found into it, and report nothing"
    )
    how = parser.add_argument_group("how it is reported")
    how.add_argument("--format", choices=FORMATS, default="text", help="what to print (default: text)")
    how.add_argument("--statistics", action="store_true", help="print how many findings each rule has")
    how.add_argument("--watch", action="store_true", help="check again whenever something has changed, until Ctrl-C")
    how.add_argument("--explain", metavar="CODE", help="explain a rule, and check nothing")
    mending = parser.add_argument_group("mending")
    mending.add_argument("--fix", action="store_true", help="make the safe fixes in the files, and report what is left")
    mending.add_argument("--unsafe-fixes", action="store_true", help="with --fix and --diff: the other fixes as well")
    mending.add_argument("--diff", action="store_true", help="print what --fix would change, and change nothing")
    files = parser.add_argument_group("files and settings")
    config = files.add_mutually_exclusive_group()
    config.add_argument("--config", type=Path, metavar="FILE", help="read settings here, not from the nearest file")
    config.add_argument("--no-config", action="store_true", help="read no file of settings")
    files.add_argument("--no-gitignore", action="store_true", help="search what .gitignore leaves out as well")
    files.add_argument(
        "--force-exclude", action="store_true", help="pass over excluded files even where they are named"
    )
    files.add_argument(
        "--stdin-filename", type=Path, default=Path("stdin.ts"), metavar="PATH", help="the name of what - reads"
    )
    files.add_argument("--jobs", type=_jobs, default=1, metavar="N", help="judge in N processes (default: 1)")
    files.add_argument(
        "--header-seconds",
        type=_seconds,
        default=_HEADER_SECONDS,
        metavar="N",
        help=f"how long C headers may be read in all (default: {_HEADER_SECONDS:g}); what is read once is remembered",
    )


def run(arguments: argparse.Namespace) -> int:
    """Check the paths; the exit code is that of `Tally`, and 2 where a rule, an option or settings are wrong."""
    if arguments.explain is not None:
        from ffi_lsp.cli.explain import explain

        return explain(arguments.explain)
    wrong = _contradiction(arguments)
    if wrong is not None:
        print(f"ffi-lsp: {wrong}", file=sys.stderr)
        return 2
    try:
        check = Check(arguments)
        return check.for_ever() if arguments.watch else check.once()
    except (UnknownRuleError, ConfigError, BaselineError) as error:
        for line in str(error).splitlines():
            print(f"ffi-lsp: {line}", file=sys.stderr)
        return 2


class Check:
    """The command with its arguments.

    Parameters
    ----------
    arguments: as `add_arguments` declares them.

    Raises
    ------
    UnknownRuleError: there is no such rule.
    """

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        self._tally = Tally()
        chosen, ignored = _words(arguments.select), _words(arguments.ignore)
        select(chosen or (), ignored or ())
        self._options = Options(
            config=arguments.config,
            no_config=arguments.no_config,
            select=chosen,
            ignore=ignored,
            min_severity=Severity(arguments.min_severity) if arguments.min_severity else None,
            hints=arguments.hints,
            header_seconds=arguments.header_seconds,
            fix=arguments.fix and not arguments.diff,
            unsafe=arguments.unsafe_fixes,
            stdin_name=arguments.stdin_filename,
        )

    def once(self) -> int:
        """Judge everything, and report.

        Raises
        ------
        ConfigError, BaselineError: a file that the run rests on has mistakes.
        """
        with Progress() as progress:
            self._report(self._run(progress).outcomes())
        if not self._tally.files and not self._tally.unreadable:
            print("ffi-lsp: there is no file to check", file=sys.stderr)
        elif not self._tally.findings and sys.stdout.isatty() and self._arguments.format == "text":
            print(self._nothing_found())
        return self._tally.exit_code

    def for_ever(self) -> int:
        """Judge everything, and again whenever something has changed. Ctrl-C ends it."""
        from ffi_lsp.cli.checking.watch import clear_screen, stamps_of, wait_for_change

        while True:
            clear_screen()
            self._tally = Tally()
            depends: set[Path] = set()
            before = stamps_of(self._files())
            self._round(depends)
            before |= stamps_of(depends)
            print(f"\n[{time.strftime('%H:%M:%S')}] Waiting for changes; Ctrl-C ends it.", flush=True)
            wait_for_change(lambda: stamps_of([*self._files(), *depends]), before)  # noqa: B023  (called at once)

    def _round(self, depends: set[Path]) -> None:
        """One round of watching. Settings that are wrong today may be right in a minute."""

        def noted(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
            for outcome in outcomes:
                depends.update(outcome.depends)
                yield outcome

        try:
            with Progress() as progress:
                self._report(noted(self._run(progress).outcomes()))
            if not self._tally.findings and not self._tally.unreadable:
                print(self._nothing_found())
        except (ConfigError, BaselineError) as error:
            print(f"ffi-lsp: {error}", file=sys.stderr)

    def _nothing_found(self) -> str:
        return f"Nothing found in {count(self._tally.files, 'file')}, {self._tally.with_bindings:,} with bindings."

    def _run(self, progress: Progress | None = None) -> Run:
        arguments = self._arguments
        return Run(
            tuple(arguments.paths),
            self._options,
            arguments.force_exclude,
            not arguments.no_gitignore,
            arguments.jobs,
            self._complain,
            progress.begin if progress is not None else lambda _: None,
        )

    def _files(self) -> Iterable[Path]:
        """Everything on which the next round may depend, but for what texts name."""
        quiet = replace(self._run(), complain=lambda _: None)
        try:
            settings = self._options.settings()
            files = list(quiet.search(settings))
            return [*files, *settings.candidates(), *filter(None, (self._arguments.baseline, self._arguments.config))]
        except ConfigError as error:
            return [entry.file for entry in error.problems if entry.file is not None]

    def _report(self, outcomes: Iterator[Outcome]) -> None:
        arguments = self._arguments
        baseline = self._baseline()
        counted = self._counted(outcomes, baseline)
        if sys.stderr.isatty():
            counted = iter(list(counted))  # what is drawn there must not run through the findings
        if arguments.write_baseline:
            assert baseline is not None
            for _ in counted:
                pass
            print(f"{count(baseline.write(), 'finding')} written to {baseline.file}.")
            self._tally.by_rule.clear()
        elif arguments.diff:
            print_diffs(counted, unsafe=arguments.unsafe_fixes)
        elif arguments.statistics:
            print_statistics(arguments.format, counted, self._tally)
        else:
            print_report(arguments.format, counted, self._tally)
        if baseline is not None and not arguments.write_baseline:
            _tell_of(baseline)

    def _baseline(self) -> Baseline | None:
        file = self._arguments.baseline
        if file is None:
            return None
        return Baseline(file) if self._arguments.write_baseline and not file.exists() else Baseline.read(file)

    def _counted(self, outcomes: Iterable[Outcome], baseline: Baseline | None) -> Iterator[Outcome]:
        for outcome in outcomes:
            reported = outcome if baseline is None else baseline.without_known(outcome)
            self._tally.add(reported)
            yield reported

    def _complain(self, trouble: Trouble) -> None:
        self._tally.unreadable += trouble.fatal
        print(f"ffi-lsp: {printable(str(trouble.path))}: {printable(trouble.why)}", file=sys.stderr)


def _tell_of(baseline: Baseline) -> None:
    if baseline.hidden:
        print(f"ffi-lsp: {count(baseline.hidden, 'finding')} known to {baseline.file}", file=sys.stderr)
    stale = list(baseline.stale())
    for words in stale[:_MOST_STALE_SHOWN]:
        print(f"ffi-lsp: {baseline.file}: no longer found: {words}", file=sys.stderr)
    if len(stale) > _MOST_STALE_SHOWN:
        print(f"ffi-lsp: {baseline.file}: and {len(stale) - _MOST_STALE_SHOWN} more are gone", file=sys.stderr)
    if stale:
        print("ffi-lsp: --write-baseline takes them out", file=sys.stderr)


def _contradiction(arguments: argparse.Namespace) -> str | None:
    if arguments.write_baseline and arguments.baseline is None:
        return "--write-baseline needs to know where: --baseline FILE"
    if arguments.watch and STANDARD_INPUT in arguments.paths:
        return "--watch cannot watch standard input"
    if arguments.watch and arguments.format in ("json", "sarif"):
        return f"--watch prints one report after another, which is no {arguments.format}"
    return None


def _words(options: Iterable[str] | None) -> tuple[str, ...] | None:
    if options is None:
        return None
    return tuple(word.strip() for option in options for word in option.split(",") if word.strip())


def _jobs(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 256:
        raise argparse.ArgumentTypeError("a number from 1 to 256 is needed")
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not number >= 0:
        raise argparse.ArgumentTypeError("a number of seconds is needed")
    return number
