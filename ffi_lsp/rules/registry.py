"""How a module of this package becomes a rule: its file name gives code and name, its docstring the user's page."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ffi_core.model import CallSite, DlopenCall, SourceDeclaration, Span
from ffi_lsp.diagnostic import Diagnostic, Fix, Severity, Tag
from ffi_lsp.rules.facts import LibraryFacts

_MODULE_NAME = re.compile(r"(ffi\d{3})_(\w+)")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule's checks yield: a `Diagnostic` without what the rule itself knows; see there.

    Parameters
    ----------
    severity: where this case does less damage than the rule's worst; None means the rule's own.
    """

    span: Span
    message: str
    symbol: str | None = None
    fixes: tuple[Fix, ...] = ()
    severity: Severity | None = None


Check = Callable[[DlopenCall, LibraryFacts], Iterable[Finding]]
DeclarationCheck = Callable[[DlopenCall, LibraryFacts, SourceDeclaration], Iterable[Finding]]
SiteCheck = Callable[[DlopenCall, LibraryFacts, CallSite], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Its checks are pure functions; one about comments has none, any other has one or more.

    Parameters
    ----------
    code: ``FFI201``.
    name: ``symbol-not-exported``.
    severity: how much damage the mistake does at its worst.
    documentation: its page in Markdown: one line of summary, then the sections that say what, why and how to mend it.
    tags: how the text that it finds should be shown.
    dialects: those whose calls it judges; None for all of them.
    check: yields what is wrong with a call as a whole. It is asked at each keystroke.
    check_declaration: yields what is wrong with one entry of a call's schema. It is not asked again about an entry in
        which it found nothing, as long as the `circumstances` of that are the same.
    check_site: yields what is wrong with one call of a bound function; the same holds for it.
    """

    code: str
    name: str
    severity: Severity
    documentation: str
    tags: tuple[Tag, ...] = ()
    dialects: frozenset[str] | None = None
    check: Check | None = None
    check_declaration: DeclarationCheck | None = None
    check_site: SiteCheck | None = None

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return self.documentation.partition("\n")[0]

    @property
    def page(self) -> str:
        """The whole page: a heading with code and name, the severity, the documentation."""
        return f"# {self.code}: {self.name}\n\nSeverity: {self.severity}\n\n{self.documentation}\n"

    def is_about(self, dialect: str) -> bool:
        """Whether it judges calls of that dialect."""
        return self.dialects is None or dialect in self.dialects

    def judge(self, call: DlopenCall, facts: LibraryFacts) -> Iterator[Diagnostic]:
        """Every diagnostic of this rule for one call, whatever was found out about its parts before."""
        if not self.is_about(call.dialect):
            return
        if self.check is not None:
            yield from map(self.diagnostic, self.check(call, facts))
        if self.check_declaration is not None:
            for entry in call.declarations:
                yield from map(self.diagnostic, self.check_declaration(call, facts, entry))
        if self.check_site is not None:
            for site in call.calls:
                yield from map(self.diagnostic, self.check_site(call, facts, site))

    def diagnostic(self, finding: Finding) -> Diagnostic:
        """A finding as a diagnostic of this rule."""
        severity = finding.severity or self.severity
        return Diagnostic(
            self.code, self.name, severity, finding.span, finding.message, finding.symbol, finding.fixes, self.tags
        )


def scan(package_name: str, paths: Iterable[str]) -> Mapping[str, Rule]:
    """The rules among the modules of a package, by code: those whose file is called ``ffiNNN_name.py``."""
    rules = {}
    for module in sorted(pkgutil.iter_modules(paths), key=lambda entry: entry.name):
        match = _MODULE_NAME.fullmatch(module.name)
        if match:
            loaded = importlib.import_module(f"{package_name}.{module.name}")
            code, name = match[1].upper(), match[2].replace("_", "-")
            rules[code] = Rule(
                code,
                name,
                loaded.SEVERITY,
                inspect.cleandoc(loaded.__doc__ or ""),
                getattr(loaded, "TAGS", ()),
                getattr(loaded, "DIALECTS", None),
                getattr(loaded, "check", None),
                getattr(loaded, "check_declaration", None),
                getattr(loaded, "check_site", None),
            )
    return MappingProxyType(rules)
