"""The promise of a nonblocking call, taken for its result or dropped.

## What it does

Finds calls of functions that are declared `nonblocking`, in Deno, whose promise is compared, calculated with, tested,
made part of a text or given to C, directly or through the variable that holds it; and those that stand alone, without
`await`. A promise that is returned, stored, passed to another function or marked with `void` is not judged.

## Why is this bad

The function runs on another thread, and the call gives a promise at once. A promise is equal to no number, true in
every condition, and `NaN` in every sum: the program goes on as if C had answered. Where the call stands alone, the next
line runs while C is still at work, perhaps on the same memory, and an error is lost.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  usleep: { parameters: ["u32"], result: "i32", nonblocking: true },
});
const failed = symbols.usleep(1000);
if (failed !== 0) throw new Error("not slept");
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  usleep: { parameters: ["u32"], result: "i32", nonblocking: true },
});
const failed = await symbols.usleep(1000);
if (failed !== 0) throw new Error("not slept");
```

## Fix

Where `await` may stand, it is put before the call. That is a safe fix where the promise was of no use to anybody.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import CallSite, DlopenCall, Span, TakenAs, Taking
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR

_WRONG = {
    TakenAs.OPERAND: "which is no number to calculate or compare with",
    TakenAs.CONDITION: "which is true whatever C answers",
    TakenAs.MEMBER: "which has none of the result's members",
    TakenAs.TEXT: "which reads '[object Promise]'",
    TakenAs.CONVERTED: "which does not turn into the result",
}
_TO_C = "which C does not take"


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """The first place where each call's promise is taken for what it is not."""
    if not any(entry.declaration is not None and entry.declaration.nonblocking for entry in call.declarations):
        return  # no call gives a promise
    arguments = {value.span for site in call.calls for value in site.arguments.items}
    for site in call.calls:
        told = f"{site.symbol!r} is nonblocking and gives a promise"
        wrong = [(taking, why) for taking in site.takings if (why := _why(taking, arguments)) is not None]
        if wrong:
            taking, why = wrong[0]
            fixes = _fixes(site, taking.span, safe=len(wrong) == len(site.takings))
            yield Finding(taking.span, f"{told}, {why}; await it", site.symbol, fixes)
        elif any(taking.taken_as is TakenAs.DROPPED and taking.span == site.span for taking in site.takings):
            message = f"{told}; nothing waits for it, so what follows runs while C is at work, and its errors are lost"
            fixes = _fixes(site, None, safe=False)
            yield Finding(site.span, message, site.symbol, fixes, Severity.WARNING)


def _why(taking: Taking, arguments: set[Span]) -> str | None:
    return _TO_C if taking.span in arguments else _WRONG.get(taking.taken_as)


def _fixes(site: CallSite, taken: Span | None, *, safe: bool) -> tuple[Fix, ...]:
    if not site.can_wait:
        return ()
    start, end = site.span.start, site.span.end
    if taken == site.span:
        edits: tuple[Edit, ...] = (Edit(Span(start, start), "(await "), Edit(Span(end, end), ")"))
    else:
        edits = (Edit(Span(start, start), "await "),)
    return (Fix("Wait for it with 'await'", edits, safe),)
