"""Where a known value goes in a file: from a global or a module, through variables, patterns and members, to its calls.

A value that leaves the file's plain text (returned, stored, passed on) is not followed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from ffi_core.model import Binding, CallSite, Span, Text, Value
from ffi_core.source.call import arguments_broken_off, arguments_of, call_at
from ffi_core.source.literal import TRANSPARENT, fold, key_of, span_of, text_of
from ffi_core.source.moving import moved
from ffi_core.source.occurrence import VARIABLES
from ffi_core.source.scope import Declared, Reference, Scopes
from ffi_core.source.shapes import BoundSymbol, Constant, Entry, Members, Shape, Symbols
from ffi_core.source.trail import Taken

if TYPE_CHECKING:
    from tree_sitter import Node

_WRAPPERS = TRANSPARENT | {"await_expression"}
_VARIABLE_TARGETS = {"identifier", "shorthand_property_identifier_pattern"}

_MEMBERS = {"member_expression", "subscript_expression"}
_CHOICES = {"&&", "||", "??"}
_USES = {
    "variable_declarator": "value",
    "assignment_expression": "right",
    "augmented_assignment_expression": "right",
    "member_expression": "object",
    "subscript_expression": "object",
    "if_statement": "condition",
    "while_statement": "condition",
    "ternary_expression": "condition",
}
"""Where a value is made use of: the kind of node, and the field in which the value stands."""

_MOST_UNFINISHED_CALLS = 8  # people type one at a time; each costs a walk over all that follows it

Path = tuple["Node", ...]
"""Nodes from the root to an expression."""

_Asked = tuple[str, int, "Node | Value | None"]
"""A name, where it stands, and what it stands for."""


@dataclass(slots=True)
class _Use:
    """What became of one use of a symbol.

    Parameters
    ----------
    site: the call that it is, as it stood last.
    start: where the piece of text around it started then.
    without_value: names that stand in it and are not declared there; it holds as long as none of them has a value.
    """

    site: CallSite | None
    start: int
    without_value: frozenset[str]

    def move(self, start: int) -> None:
        if self.site is not None:
            self.site = moved(self.site, start - self.start)
        self.start = start


class Flow:
    """Follows values through one file. A call is read when all constants before it are known, and those inside it.

    Parameters
    ----------
    scopes: the names of the file.
    within: the statement that alone is looked at, see `retrace`; None for the whole file.
    """

    def __init__(self, scopes: Scopes, within: Span | None = None) -> None:
        self.scopes = scopes
        self._within = within
        self._strayed = False
        self._taken = Taken()
        scopes.trail.taken.append(self._taken)
        self._constants: dict[Span, str] = {}
        self._pieces_with_constants: set[int | None] = set()
        self._asked: list[_Asked] | None = None
        self._waiting: deque[tuple[Path, Shape]] = deque()
        self._pending: list[tuple[int, int, Path, Entry]] = []
        self._unfinished = 0
        self._calls = 0
        self._seen: dict[tuple[Span, int], Shape] = {}

    def from_global(self, name: str, shape: Shape) -> None:
        """Follow a global variable, wherever no declaration hides it."""
        self._note(name, None, shape)
        for reference in self._globals(name):
            self._follow(reference.path, shape)

    def from_module(self, module: str, shape: Members, default: Shape | None = None) -> None:
        """Follow a module through every import and require of it.

        Parameters
        ----------
        module: its specifier, ``"bun:ffi"``.
        shape: its namespace.
        default: its default export; the namespace itself where None.
        """
        text, word = self.scopes.tree.text, module.encode()
        offset = text.find(word)
        while offset >= 0:
            path = tuple(self.scopes.tree.path_to(offset))
            at = next((index for index, node in enumerate(path) if node.type == "string"), 0)
            if at and (path[at].text or b"")[1:-1] == word:
                self._import(path[: at + 1], shape, shape if default is None else default)
            offset = text.find(word, offset + len(word))

    def run(self) -> None:
        """Read the calls that were found, and follow what they give, until nothing is left."""
        while self._waiting or self._pending:
            self._follow_to_the_end()
            if self._pending:
                _, _, path, entry = heappop(self._pending)
                call = call_at(path, self.lookup, self.scopes.memory.entries)
                shape = entry.on_call(call) if call is not None else None
                if call is not None and shape is not None:
                    if call.pattern is not None:
                        self._take(call.pattern, shape)
                    self._follow(path, shape)

    def _follow_to_the_end(self) -> None:
        while self._waiting:
            self._visit(*self._waiting.popleft())

    def _read_later(self, path: Path, entry: Entry) -> None:
        """A call inside another one's arguments ends before that one, and so its value is known then."""
        self._calls += 1
        heappush(self._pending, (path[-1].end_byte, self._calls, path, entry))

    def _read_unfinished(self, path: Path, entry: Entry) -> None:
        if self._unfinished < _MOST_UNFINISHED_CALLS:
            self._unfinished += 1
            self._read_later(path, entry)

    def lookup(self, node: Node) -> Node | Value | None:
        """What a name or member stands for; what `ffi_core.source.fold` asks."""
        if self._constants:
            constant = self._constants.get(span_of(node))
            if constant is not None:
                return Text(span_of(node), constant)
        found = self.scopes.constant(node)
        if self._asked is not None and node.type in VARIABLES:
            self._asked.append((text_of(node), node.start_byte, found))
        return found

    def _globals(self, name: str) -> list[Reference]:
        found = self.scopes.occurrences(name)[1]
        return [entry for entry in found if self.scopes.resolve(name, entry.span.start) is None]

    def _import(self, path: Path, shape: Members, default: Shape) -> None:
        statement = path[-2]
        if statement.type == "import_require_clause":
            self._take(statement.named_children[0], default)
        elif statement.type == "import_statement":
            for clause in statement.named_children:
                for child in clause.named_children if clause.type == "import_clause" else ():
                    self._import_names(child, shape, default)
        elif statement.type == "arguments" and len(path) >= 3:
            callee = path[-3].child_by_field_name("function")
            if callee is not None and text_of(callee) in {"require", "import", "process.getBuiltinModule"}:
                self._follow(path[:-2], shape if callee.type == "import" else default)

    def _import_names(self, node: Node, shape: Members, default: Shape) -> None:
        if node.type == "identifier":
            self._take(node, default)
        elif node.type == "namespace_import":
            self._take(node.named_children[0], Members({**shape.entries, "default": default}))
        elif node.type == "named_imports":
            for specifier in node.named_children:
                name = specifier.child_by_field_name("name")
                found = shape.entries.get(text_of(name).strip("'\"")) if name is not None else None
                if name is not None and found is not None:
                    self._take(specifier.child_by_field_name("alias") or name, found)

    def _follow(self, path: Path, shape: Shape) -> None:
        """Note that an expression, the last node of the path, has this shape. Chains of any length are in order."""
        key = (span_of(path[-1]), id(shape))
        if len(path) >= 2 and key not in self._seen:
            self._seen[key] = shape
            self._waiting.append((path, shape))

    def _visit(self, path: Path, shape: Shape) -> None:
        if isinstance(shape, Constant):
            self._constants[span_of(path[-1])] = shape.value
            self._pieces_with_constants.add(self.scopes.layout.index_at(path[-1].start_byte))
        depth = len(path) - 1
        while depth > 1 and path[depth - 1].type in _WRAPPERS:
            depth -= 1
        path = path[: depth + 1]
        node, parent = path[-1], path[-2]
        match parent.type:
            case "variable_declarator" if _is(parent, "value", node):
                if isinstance(shape, Entry) and arguments_broken_off(node) is not None:
                    self._read_unfinished(path, shape)
                else:
                    self._take(parent.child_by_field_name("name"), shape)
            case "assignment_expression" if _is(parent, "right", node):
                self._take(parent.child_by_field_name("left"), shape)
            case "member_expression" | "subscript_expression" if _is(parent, "object", node):
                self._member(path[:-1], shape)
            case "call_expression" if isinstance(shape, Entry) and _is(parent, "function", node):
                if not shape.is_class:
                    self._read_later(path[:-1], shape)
            case "new_expression" if isinstance(shape, Entry) and _is(parent, "constructor", node):
                if shape.is_class is not False:
                    self._read_later(path[:-1], shape)
            case "ERROR" if isinstance(shape, Entry):
                self._read_unfinished(path, shape)
            case _ if isinstance(shape, BoundSymbol):
                self._use(path, shape)

    def _member(self, path: Path, shape: Shape) -> None:
        place = path[-1].child_by_field_name("property") or path[-1].child_by_field_name("index")
        name = key_of(place) if place is not None else None
        if place is None or name is None:
            return
        if isinstance(shape, Members) and name in shape.entries:
            self._follow(path, shape.entries[name])
        elif isinstance(shape, Entry | BoundSymbol) and name in shape.members:
            member = shape.members[name]
            self._follow(path, replace(member, place=span_of(place)) if isinstance(member, BoundSymbol) else member)
        elif isinstance(shape, Symbols) and not shape.direct:
            self._follow(path, BoundSymbol(name, shape, span_of(place)))

    def _take(self, target: Node | None, shape: Shape) -> None:
        """Go on from the target of an assignment: a variable, or a pattern with several."""
        if target is None:
            return
        if target.type == "object_pattern":
            for child in target.named_children:
                self._take_part(child, shape)
        elif target.type in _VARIABLE_TARGETS:
            if isinstance(shape, BoundSymbol) and shape.named and shape.place != span_of(target):
                shape.owner.bindings.append(Binding(shape.name, shape.place, text_of(target), span_of(target)))
            self._take_variable(target, shape)

    def _take_part(self, node: Node, shape: Shape) -> None:
        if node.type == "object_assignment_pattern":
            node = node.child_by_field_name("left") or node
        key, value = node.child_by_field_name("key") or node, node.child_by_field_name("value") or node
        if value.type == "assignment_pattern":
            value = value.child_by_field_name("left") or value
        name = key_of(key)
        if name is None:
            return
        if isinstance(shape, Members) and name in shape.entries:
            self._take(value, shape.entries[name])
        elif isinstance(shape, Symbols) and value.type in _VARIABLE_TARGETS:
            shape.bindings.append(Binding(name, span_of(key), text_of(value), span_of(value)))
            self._take_variable(value, BoundSymbol(name, shape, span_of(key)))

    def _take_variable(self, node: Node, shape: Shape) -> None:
        if isinstance(shape, Symbols) and shape.direct:
            return
        declared = self.scopes.resolve(text_of(node), node.start_byte)
        references = self.scopes.uses(declared) if declared is not None else self._globals(text_of(node))
        if _times_set(declared, references) > 1:
            return
        if isinstance(shape, BoundSymbol) and declared is not None and declared.exported:
            shape.owner.labels.append(declared.span)
        self._note(text_of(node), None if declared is None else declared.span, shape)
        if declared is None or not self._is_all_within(declared.scope):
            self._strayed = True
        self._follow_all(references, shape)

    def _follow_all(self, references: Iterable[Reference], shape: Shape) -> None:
        for reference in references:
            if reference.is_target:
                continue
            if isinstance(shape, BoundSymbol):
                self._use_again(reference, shape)
                if reference.is_label:
                    shape.owner.labels.append(reference.span)
            else:
                self._follow(reference.path, shape)

    def _note(self, name: str, place: Span | None, shape: Shape) -> None:
        """Remember a variable that is followed."""
        self._taken.names.append(name)
        self._taken.places.append(place)
        self._taken.shapes.append(shape)

    def _is_within(self, offset: int) -> bool:
        return self._within is None or self._within.start <= offset < self._within.end

    def _is_all_within(self, scope: Span) -> bool:
        return self._within is None or (self._within.start <= scope.start and scope.end <= self._within.end)

    def retrace(self, taken: Taken, words: Container[bytes]) -> bool:
        """Follow what an earlier flow took into one statement, `within`, and no further.

        Parameters
        ----------
        taken: the variables that were declared outside of the statement, where they stand now.
        words: those of the statement.

        Returns
        -------
        False where that is more than some uses: a library is opened or closed there, or a value leads out again.
        """
        for name, place, shape in zip(taken.names, taken.places, taken.shapes, strict=True):
            if name.encode("utf-8", "surrogatepass") not in words:
                continue
            declared = None if place is None else self.scopes.resolve(name, place.start)
            if place is not None and (declared is None or declared.span != place):
                return False
            references = self._globals(name) if declared is None else self.scopes.uses(declared)
            self._follow_all([each for each in references if self._is_within(each.span.start)], shape)
            self._follow_to_the_end()  # as in the whole file, constants are known before what comes of calls
        return not (self._pending or self._strayed)

    def _use(self, path: Path, symbol: BoundSymbol) -> None:
        if symbol.named:
            symbol.owner.uses.append((symbol.name, symbol.place))
        depth = len(path) - 1
        while depth > 1 and path[depth - 1].type in TRANSPARENT:
            depth -= 1
        call = path[depth - 1]
        if symbol.members and call.type in _MEMBERS and _is(call, "object", path[depth]):
            self._member(path[:depth], symbol)
        if call.type == "call_expression" and _is(call, "function", path[depth]):
            used, operator, operand = self._value_of(path[:depth])
            arguments = arguments_of(call, self.lookup)
            site = CallSite(symbol.name, span_of(call), symbol.place, arguments, used, operator, operand)
            symbol.owner.calls.append(site)

    def _use_again(self, reference: Reference, symbol: BoundSymbol) -> None:
        """As `_use`, remembered where it depends on nothing but the piece of text that it stands in."""
        piece, start = reference.piece, reference.start
        if piece is None or symbol.members or not symbol.named or self._has_constants(start):
            self._use(reference.path, replace(symbol, place=reference.span))
            return
        key = (symbol.name, reference.span.start - start)
        known: _Use | None = piece.memo.get(key)
        if known is not None and self._are_without_value(known.without_value, start):
            symbol.owner.uses.append((symbol.name, reference.span))
            if known.start != start:
                known.move(start)
            if known.site is not None:
                symbol.owner.calls.append(known.site)
            return
        calls, self._asked = len(symbol.owner.calls), []
        self._use(reference.path, replace(symbol, place=reference.span))
        asked, self._asked = self._asked, None
        outside = self._outside(asked, reference.start, reference.start + len(piece.text))
        if outside is not None:
            site = symbol.owner.calls[-1] if len(symbol.owner.calls) > calls else None
            piece.memo[key] = _Use(site, reference.start, outside)

    def _has_constants(self, start: int) -> bool:
        """Whether values that are the same everywhere stand in the piece of text that starts at a byte."""
        return bool(self._pieces_with_constants) and self.scopes.layout.index_at(start) in self._pieces_with_constants

    def _are_without_value(self, names: frozenset[str], offset: int) -> bool:
        return not any(self.scopes.has_value(name, offset) for name in names) if names else True

    def _outside(self, asked: list[_Asked], start: int, end: int) -> frozenset[str] | None:
        """The names that have no value because of what stands outside of a piece; None where one of them has one."""
        names = set()
        for name, offset, found in asked:
            if isinstance(found, Value):
                return None  # another module's, wherever the import stands
            declared = self.scopes.resolve(name, offset) if self.scopes.may_have_value(name) else None
            if declared is None or not start <= declared.span.start < end:
                if found is not None:
                    return None
                names.add(name)
        return frozenset(names)

    def _value_of(self, path: Path) -> tuple[bool, str | None, Value | None]:
        """Whether an expression's value is used, and in an operation the operator and the other side."""
        depth = len(path) - 1
        while depth > 1 and path[depth - 1].type in TRANSPARENT:
            depth -= 1
        node, parent = path[depth], path[depth - 1]
        if parent.type == "binary_expression":
            operator = parent.child_by_field_name("operator")
            other = parent.child_by_field_name("right" if _is(parent, "left", node) else "left")
            word = operator.type if operator is not None else ""
            operand = fold(other, self.lookup) if other is not None else None
            return word not in _CHOICES, word, operand
        field_name = _USES.get(parent.type)
        return field_name is not None and _is(parent, field_name, node), None, None


def _times_set(declared: Declared | None, references: list[Reference]) -> int:
    return sum(reference.is_target for reference in references) + (declared is not None and declared.initialised)


def _is(parent: Node, field_name: str, child: Node) -> bool:
    found = parent.child_by_field_name(field_name)
    return found is not None and found.id == child.id
