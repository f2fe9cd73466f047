"""Which arguments a run takes: from the request, from a comment, from a call in the file. Nothing native runs here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ffi_core.bench import script
from ffi_core.bench.arguments import ArgumentsError, example_arguments, to_native
from ffi_core.bench.report import RunRequest, Step
from ffi_core.bench.steps import check_run
from ffi_core.model import (
    Array,
    BigInt,
    Boolean,
    CallSite,
    Declaration,
    DlopenCall,
    Nothing,
    Number,
    Signature,
    Span,
    Text,
    Value,
)


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments chosen for a run.

    Parameters
    ----------
    declaration: the function's checked declaration.
    values: JSON values that fit it.
    origin: ``"request"``, ``"comment"``, ``"call"`` (a call in the file) or ``"none needed"``.
    span: the comment or the call they were read from, else None.
    setup: what is done first.
    """

    declaration: Declaration
    values: tuple[object, ...]
    origin: str
    span: Span | None = None
    setup: tuple[Step, ...] = ()

    def request(self, library: str, timeout: float = 10.0, *, sandbox: bool = True) -> RunRequest:
        """The timed run of the function with these arguments, on the library of that path or name."""
        return RunRequest(library, self.declaration, self.values, timeout, setup=self.setup, sandbox=sandbox)


def choose_arguments(
    call: DlopenCall,
    name: str,
    given: Sequence[object] | None = None,
    text: bytes | None = None,
    site: CallSite | None = None,
) -> Arguments:
    """Choose what a run of one declared function is called with.

    In this order: what the request gives; the ``// ffi-bench:`` comment above the declaration; the first call in the
    file whose arguments are literals that fit; nothing, where the function takes nothing.

    Parameters
    ----------
    call: the dlopen call, as a dialect read it.
    name: the schema key of the function.
    given: JSON values from the request, or None.
    text: the file's text, for its comments; without it there are none.
    site: a call of the function in the file whose arguments are to be taken, where the request gives none.

    Raises
    ------
    ArgumentsError: where there are none, or those given do not fit, or nothing callable is declared under that name,
        or a comment cannot be read.
    """
    declaration, signature = _declared(call, name)
    above = _comments_above(call, name, text)
    if given is not None:
        return _complete(call, Arguments(declaration, tuple(given), "request"), above, text)
    if site is not None:
        values = _literals(site.arguments)
        if values is None:
            raise ArgumentsError(
                f"that call of {name} has arguments that are no literals", example_arguments(signature)
            )
        return _complete(call, Arguments(declaration, values, "call", site.span), above, text)
    for comment in above:
        if comment.kind == "bench":
            statement = _read(comment, name)
            chosen = Arguments(declaration, statement.arguments, "comment", comment.span)
            return _complete(call, chosen, above, text)
    refused: str | None = None
    for candidate in call.calls:
        values = _literals(candidate.arguments) if candidate.symbol == name else None
        if values is None:
            continue
        try:
            origin = "call" if values else "none needed"
            return _complete(call, Arguments(declaration, values, origin, candidate.span), above, text)
        except ArgumentsError as error:
            refused = refused or f"; a call in the file does not fit: {error}"
    if not signature.parameters:
        return _complete(call, Arguments(declaration, (), "none needed"), above, text)
    wanted = ", ".join(str(parameter) for parameter in signature.parameters)
    why = refused or " and no call in the file gives them as literals"
    raise ArgumentsError(f"{name} needs arguments ({wanted}){why}", example_arguments(signature))


def literal_arguments(declaration: Declaration, site: CallSite) -> tuple[object, ...] | None:
    """A call's arguments as JSON values, where all of them are literals that fit the parameters; else None."""
    values = _literals(site.arguments)
    if values is None or declaration.signature is None:
        return None
    try:
        to_native(declaration.signature, values)
    except ArgumentsError:
        return None
    return values


def _declared(call: DlopenCall, name: str) -> tuple[Declaration, Signature]:
    entry = call.declaration_of(name)
    if entry is None:
        raise ArgumentsError(f"{name} is not declared in this call of dlopen")
    if entry.declaration is None:
        raise ArgumentsError(f"the declaration of {name} has mistakes; mend them first")
    if entry.declaration.signature is None:
        raise ArgumentsError(f"{name} is declared as data ({entry.declaration.static}), which cannot be called")
    return entry.declaration, entry.declaration.signature


def _comments_above(call: DlopenCall, name: str, text: bytes | None) -> tuple[script.Comment, ...]:
    entry = call.declaration_of(name)
    return () if text is None or entry is None else script.comments_above(text, entry)


def _read(comment: script.Comment, name: str) -> script.Statement:
    try:
        statement = script.read_call(comment.text)
    except script.ScriptError as error:
        raise ArgumentsError(f"the comment ffi-bench above {name}: {error}") from error
    if statement.function != name:
        raise ArgumentsError(f"the comment ffi-bench above {name} calls {statement.function}")
    return statement


def _complete(call: DlopenCall, chosen: Arguments, above: tuple[script.Comment, ...], text: bytes | None) -> Arguments:
    """Add the set-up, and check the whole."""
    own = [step for comment in above if comment.kind == "setup" for step in _steps(call, comment)]
    shared: list[Step] = []
    if text is not None:
        wanted = script.names_in([chosen.values, *(step.arguments for step in own)])
        for comment in script.comments_for_all(text, call):
            shared += _steps(call, comment)
        if not wanted & {step.name for step in shared}:
            shared = []
    setup = (*shared, *own)
    complete = Arguments(chosen.declaration, chosen.values, chosen.origin, chosen.span, setup)
    check_run(setup, chosen.declaration, chosen.values)
    return complete


def _steps(call: DlopenCall, comment: script.Comment) -> list[Step]:
    try:
        statements = script.read_statements(comment.text)
    except script.ScriptError as error:
        raise ArgumentsError(f"the comment ffi-setup: {error}") from error
    return [
        Step(
            statement.name,
            None if statement.function is None else _declared(call, statement.function)[0],
            statement.arguments,
        )
        for statement in statements
    ]


_UNKNOWN = object()


def _literals(arguments: Array) -> tuple[object, ...] | None:
    values = [_literal(value) for value in arguments.items]
    return None if not arguments.complete or _UNKNOWN in values else tuple(values)


def _literal(value: Value) -> object:
    match value:
        case Text(value=folded) | Number(value=folded) | BigInt(value=folded) | Boolean(value=folded):
            return folded
        case Nothing():
            return None
        case _:
            return _UNKNOWN
