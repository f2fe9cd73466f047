"""One run of a check: outcomes for all files, in their order, from this process or from several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ffi_lsp.cli.checking.judge import Judge, Options, Outcome
from ffi_lsp.cli.checking.search import STANDARD_INPUT, Search, Trouble
from ffi_lsp.config import Nearest


@dataclass
class Tally:
    """What one run came to."""

    files: int = 0
    with_bindings: int = 0
    by_rule: Counter[str] = field(default_factory=Counter)
    files_with_findings: int = 0
    fixable: int = 0
    fixed: int = 0
    unreadable: int = 0

    @property
    def findings(self) -> int:
        """How many findings there are."""
        return self.by_rule.total()

    @property
    def exit_code(self) -> int:
        """0 nothing found, 1 findings, 2 something could not be read."""
        if self.unreadable:
            return 2
        return 1 if self.findings else 0

    def add(self, outcome: Outcome) -> None:
        """Count a file."""
        self.files += outcome.judged
        self.with_bindings += outcome.judged and len(outcome.text) > 0
        self.fixed += outcome.fixed
        if outcome.diagnostics:
            self.files_with_findings += 1
            self.by_rule.update(entry.code for entry in outcome.diagnostics)
            self.fixable += sum(any(fix.safe for fix in entry.fixes) for entry in outcome.diagnostics)


@dataclass(frozen=True)
class Run:
    """What is asked of one run.

    Parameters
    ----------
    paths: files, directories, and `STANDARD_INPUT`.
    options: how to judge.
    force_exclude: whether files that are named are passed over too, where patterns say so.
    use_ignore_files: whether ``.gitignore`` counts.
    jobs: how many processes judge.
    complain: told of what could not be judged.
    begin: told of each file when its turn has come.
    """

    paths: tuple[Path, ...]
    options: Options
    force_exclude: bool
    use_ignore_files: bool
    jobs: int
    complain: Callable[[Trouble], None]
    begin: Callable[[Path], None] = lambda _: None

    def outcomes(self) -> Iterator[Outcome]:
        """Judge the files one after the other, in the order of the search.

        Raises
        ------
        ConfigError: settings that hold for one of the files have mistakes.
        """
        settings = self.options.settings()
        files = self.search(settings)
        found = self._in_processes(list(files)) if self.jobs > 1 else self._here(files, settings)
        for outcome in found:
            for trouble in outcome.troubles:
                self.complain(trouble)
            yield outcome

    def search(self, settings: Nearest) -> Iterator[Path]:
        """The files to judge.

        Raises
        ------
        ConfigError: settings that hold somewhere have mistakes.
        """
        search = Search(
            settings, self.complain, force_exclude=self.force_exclude, use_ignore_files=self.use_ignore_files
        )
        return search.files(self.paths)

    def _here(self, files: Iterable[Path], settings: Nearest) -> Iterator[Outcome]:
        with Judge(self.options, settings, self.paths) as judge:
            for file in files:
                self.begin(file)
                yield judge.judge(file)

    def _in_processes(self, files: list[Path]) -> Iterator[Outcome]:
        from multiprocessing import get_context

        context = get_context("spawn")  # the same on every system, and safe beside threads
        with (
            Judge(self.options, self.options.settings(), self.paths) as here,
            context.Pool(self.jobs, _prepare, (self.options, self.paths)) as pool,
        ):
            others = pool.imap(_judge, (file for file in files if file != STANDARD_INPUT), chunksize=8)
            for file in files:
                self.begin(file)
                yield here.judge(file) if file == STANDARD_INPUT else next(others)


_judge_of_process: Judge


def _prepare(options: Options, named: tuple[Path, ...]) -> None:
    global _judge_of_process  # noqa: PLW0603  (how a pool hands its workers what they share)
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the first process ends the others
    _judge_of_process = Judge(options, options.settings(), named)


def _judge(file: Path) -> Outcome:
    return _judge_of_process.judge(file)
