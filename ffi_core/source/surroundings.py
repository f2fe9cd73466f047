"""What surrounds the calls of a file: where arguments come from, what becomes of results, what comes after closing.

It is looked for once all calls are known, and only where a declaration gives it a meaning.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ffi_core.mark import Mark
from ffi_core.model import Array, CallKind, CallSite, DlopenCall, Origin, Signature, Span, Unknown
from ffi_core.source.halves import wrong_halves
from ffi_core.source.leaking import leaks
from ffi_core.source.literal import TRANSPARENT, span_of, text_of
from ffi_core.source.order import block_of_c, path_of, surely_after
from ffi_core.source.origin import origin_of
from ffi_core.source.parse import SourceTree
from ffi_core.source.scope import Scopes
from ffi_core.source.taking import can_wait, takings
from ffi_core.types import Kind

if TYPE_CHECKING:
    from tree_sitter import Node

_ADDRESSES = (Kind.POINTER, Kind.BUFFER, Kind.FUNCTION)
_CATCH = re.compile(rb"catch")
_COMPILED = "porffor"
"""The dialect whose programs become C as a whole."""


def observe(tree: SourceTree, scopes: Scopes, calls: Iterable[DlopenCall]) -> list[DlopenCall]:
    """The same calls, with what surrounds them.

    Parameters
    ----------
    tree: the file.
    scopes: its names.
    calls: all calls of the file, in order.
    """
    calls = list(calls)
    given = {value.span.start for call in calls for site in call.calls for value in site.arguments.items}
    blocks: dict[Span, Span] = {}
    looked_at: set[str] = set()
    found = []
    for call in calls:
        sites = tuple(observe_site(tree, scopes, call, site) for site in call.calls)
        seen = replace(
            call, calls=sites, late_uses=_late_uses(tree, call, given), leaks=leaks_symbols(tree, scopes, call)
        )
        if call.dialect == _COMPILED:
            block = block_of_c(path_of(tree, call.span))
            seen = replace(seen, handed_on=_handed_on(tree, call))
            if block is not None:
                place, twice = block
                seen = replace(seen, rival=blocks.get(place, call.callee_span if twice else None))
                blocks.setdefault(place, call.callee_span)
        if call.dialect not in looked_at and call.kind is CallKind.LIBRARY:
            looked_at.add(call.dialect)
            compiled = call.dialect == _COMPILED
            halves = tuple(wrong_halves(tree, scopes, all_signed=compiled))
            seen = replace(seen, halves=halves, caught=_caught(tree) if compiled else ())
        found.append(seen)
    return found


def observe_part(tree: SourceTree, scopes: Scopes, call: DlopenCall, given: Collection[int]) -> DlopenCall:
    """A call that has the uses of its symbols in one statement alone, with what surrounds those.

    Parameters
    ----------
    tree, scopes: as for `observe`.
    call: opened elsewhere.
    given: where the arguments of bound functions start in the statement.
    """
    sites = tuple(observe_site(tree, scopes, call, site) for site in call.calls)
    handed_on = _handed_on(tree, call) if call.dialect == _COMPILED else ()
    return replace(call, calls=sites, late_uses=_late_uses(tree, call, given), handed_on=handed_on)


def observe_site(tree: SourceTree, scopes: Scopes, call: DlopenCall, site: CallSite) -> CallSite:
    """A call of a bound function with what surrounds it, as far as the function's declaration gives it a meaning."""
    entry = call.declaration_of(site.symbol)
    declaration = entry.declaration if entry is not None else None
    if declaration is None or declaration.signature is None:
        return site
    takes_addresses = any(type_.kind in _ADDRESSES for type_ in declaration.signature.parameters)
    if not takes_addresses and not declaration.nonblocking:
        return site
    path = path_of(tree, site.span)
    if not path:
        return site
    if takes_addresses and site.arguments.complete:
        origins = _origins(path[-1], scopes, declaration.signature, site.arguments)
        site = replace(site, origins=origins, mark=Mark())
    if declaration.nonblocking:
        site = replace(site, takings=takings(path, scopes), can_wait=can_wait(path), mark=Mark())
    return site


def _origins(node: Node, scopes: Scopes, signature: Signature, values: Array) -> tuple[Origin | None, ...]:
    """What made the arguments that are not known already, where an address is taken."""
    holder = node.child_by_field_name("arguments")
    items = [child for child in holder.named_children if child.type != "comment"] if holder is not None else []
    return tuple(
        origin_of(item, scopes) if type_.kind in _ADDRESSES and isinstance(value, Unknown) else None
        for item, type_, value in zip(items, signature.parameters, values.items, strict=False)
    )


def _late_uses(tree: SourceTree, call: DlopenCall, given: Collection[int]) -> tuple[tuple[Span, Span], ...]:
    """Calls of a library's functions behind its closing, and those places behind a callback's where C is given it.

    Parameters
    ----------
    given: where the arguments of bound functions start.
    """
    if not call.closings:
        return ()
    if call.kind is CallKind.CALLBACK:
        used = [span for _, span in call.uses if span.start in given]
    else:
        used = [site.callee_span for site in call.calls]
    closed = ((use, next((end for end in call.closings if surely_after(tree, end, use)), None)) for use in used)
    return tuple((use, closing) for use, closing in closed if closing is not None)


def leaks_symbols(tree: SourceTree, scopes: Scopes, call: DlopenCall) -> bool:
    """Whether all symbols are passed on; where each of them is used anyway, nobody looks."""
    used = {name for name, _ in call.uses} | {binding.symbol for binding in call.bindings}
    if call.kind is not CallKind.LIBRARY or all(entry.name in used for entry in call.declarations):
        return True
    path = path_of(tree, call.span)
    return not path or leaks(path, scopes)


def _handed_on(tree: SourceTree, call: DlopenCall) -> tuple[tuple[str, Span], ...]:
    called = {site.callee_span for site in call.calls}
    return tuple(
        (name, span) for name, span in call.uses if span not in called and _is_handed_on(tree.path_to(span.start))
    )


def _is_handed_on(path: list[Node]) -> bool:
    """Whether a name is stored, returned or passed, and not only looked at or printed."""
    depth = len(path) - 1
    while depth > 1 and path[depth - 1].type in TRANSPARENT:
        depth -= 1
    node, parent = path[depth], path[depth - 1]
    match parent.type:
        case "variable_declarator" | "pair":
            return _is(parent, "value", node)
        case "assignment_expression":
            return _is(parent, "right", node)
        case "arrow_function":
            return _is(parent, "body", node)
        case "array" | "return_statement":
            return True
        case "object":
            return node.type == "shorthand_property_identifier"
        case "arguments":
            callee = path[depth - 2].child_by_field_name("function")
            return callee is not None and not text_of(callee).startswith("console.")
        case _:
            return False


def _is(parent: Node, field_name: str, child: Node) -> bool:
    found = parent.child_by_field_name(field_name)
    return found is not None and found.id == child.id


def _caught(tree: SourceTree) -> tuple[Span, ...]:
    """Of each ``catch`` the parameter with its parentheses, or else the word."""
    found = []
    for match in _CATCH.finditer(tree.text):
        path = tree.path_to(match.start())
        if len(path) >= 2 and path[-2].type == "catch_clause" and path[-1].type == "catch":
            brackets = [child for child in path[-2].children if child.type in {"(", ")"}]
            whole = Span(brackets[0].start_byte, brackets[-1].end_byte) if brackets else span_of(path[-1])
            found.append(whole)
    return tuple(found)
