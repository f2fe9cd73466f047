"""A run's steps in order: what is named, what is called with what. Who makes the calls is the caller's affair."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ffi_core.bench.arguments import ArgumentsError, make_value, to_native
from ffi_core.bench.report import Step
from ffi_core.bench.script import spell_arguments
from ffi_core.model import Declaration, Signature
from ffi_core.types import Kind

Call = Callable[[Declaration, tuple[object, ...]], object]
"""Makes one call of a declared function with native arguments, and gives its result."""

_PLACEHOLDERS = {Kind.BOOL: False, Kind.FLOAT: 0.0, Kind.VOID: None}


def take_steps(steps: Sequence[Step], call: Call) -> dict[str, object]:
    """Carry out set-up steps.

    Parameters
    ----------
    steps: in order.
    call: makes the calls.

    Returns
    -------
    What the steps named, as `ffi_core.bench.arguments` takes it.

    Raises
    ------
    ArgumentsError: naming the step whose arguments do not fit.
    """
    names: dict[str, object] = {}
    for step in steps:
        try:
            if step.declaration is None:
                (value,) = step.arguments
                # A second name for a thing, or a new thing.
                known = value.get("name") if isinstance(value, dict) else None
                result = names[known] if known in names else make_value(value)
            else:
                result = call(step.declaration, to_native(signature_of(step.declaration), step.arguments, names))
        except ArgumentsError as error:
            raise ArgumentsError(f"set-up step {spell_step(step)}: {error}", error.example) from error
        if step.name is not None:
            names[step.name] = result
    return names


def check_run(setup: Sequence[Step], declaration: Declaration, values: Sequence[object]) -> None:
    """Check every argument of a run against its declaration, with nothing called: results are taken as zero.

    Raises
    ------
    ArgumentsError: naming the step or argument that does not fit.
    """

    def pretend(called: Declaration, _: tuple[object, ...]) -> object:
        return _PLACEHOLDERS.get(signature_of(called).result.kind, 0)

    to_native(signature_of(declaration), values, take_steps(setup, pretend))


def signature_of(declaration: Declaration) -> Signature:
    """A function's signature.

    Raises
    ------
    ArgumentsError: for a declaration of data.
    """
    if declaration.signature is None:
        raise ArgumentsError(f"{declaration.name} is data, which cannot be called")
    return declaration.signature


def spell_step(step: Step) -> str:
    """A step as a comment spells it: ``db = out(8)``."""
    text = spell_arguments(step.arguments)
    words = text if step.declaration is None else f"{step.declaration.symbol}({text})"
    return words if step.name is None else f"{step.name} = {words}"
