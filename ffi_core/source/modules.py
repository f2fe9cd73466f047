"""Values that one module of a program exports and another imports. Which text a specifier means, the caller knows.

A value that is imported stands, in the importing file, where its name stands: all of its spans are that name's.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING

from ffi_core.model import Object, Property, Span, Text, Unknown, Value
from ffi_core.source.call import arguments_of
from ffi_core.source.helpers import Helper, count_parts, placed_at
from ffi_core.source.literal import HELPERS, fold, fold_call, key_of, span_of, text_of, unwrap
from ffi_core.source.parse import SourceTree
from ffi_core.source.pieces import Layout, Memory
from ffi_core.source.scope import Declared, Scopes

if TYPE_CHECKING:
    from tree_sitter import Node

OpenModule = Callable[[PurePath, str], "tuple[PurePath, SourceTree] | None"]
"""Gives the file that a specifier means in an importing file, and its tree; None where that is not known."""

_OpenedModule = tuple[PurePath, SourceTree] | None

Constants = Mapping[str, Mapping[str, "str | Mapping[str, str]"]]

_MOST_MODULES = 64  # files that one file's values may come from, however they import one another
_DEEPEST_CHAIN = 8  # modules, each of which has a value from the next one
_MOST_PARTS = 50_000  # of one value: modules that spread one another twice over would double it with each
_MOST_STEPS = 200_000  # of all calls of other modules' functions: those that call one another twice would double
_LONGEST_CHAIN_OF_NAMES = 8


@dataclass
class Modules:
    """The modules that one file imports from, each read when a value of it is asked for first.

    Parameters
    ----------
    open_module: finds a module.
    constants: what modules of the runtime export, by specifier and name: strings, or members that are strings.
    """

    open_module: OpenModule
    constants: Constants = field(default_factory=dict)
    _known: dict[PurePath, _Exports] = field(default_factory=dict)
    _opened: dict[tuple[PurePath, str], _OpenedModule] = field(default_factory=dict)
    _depth: int = 0
    _steps: int = 0

    def scopes(
        self, tree: SourceTree, path: PurePath, memory: Memory | None = None, layout: Layout | None = None
    ) -> Scopes:
        """The names of a file, those among them that it imports."""

        def imported(declared: Declared, used: Span) -> Value | None:
            asking = scopes()
            source = import_of(tree, declared) or (required(asking, declared) if asking is not None else None)
            value = self.value(path, *source) if source is not None else None
            is_unknown = isinstance(value, Unknown) and not isinstance(value, Helper)
            if value is None or is_unknown or count_parts(value, _MOST_PARTS) > _MOST_PARTS:
                return None
            return placed_at(value, used)

        made = Scopes(tree, imported, memory, layout)
        # Held weakly, so that what was read of a text goes with it, rather than when garbage is collected.
        scopes = weakref.ref(made)
        return made

    def hold(self, open_module: OpenModule) -> bool:
        """Whether everything that was opened is still the same; whoever opens modules from now on is asked for it."""
        self.open_module, self._steps = open_module, 0
        return all(_is_same(open_module(*asked), found) for asked, found in self._opened.items())

    def value(self, importer: PurePath, specifier: str, name: str | None) -> Value | None:
        """The value that a module exports under a name; all of them as an object where the name is None."""
        if specifier in self.constants:
            return _constant(self.constants[specifier].get(name or ""))
        if self._depth >= _DEEPEST_CHAIN:
            return None
        if (importer, specifier) not in self._opened:
            self._opened[importer, specifier] = self.open_module(importer, specifier)
        opened = self._opened[importer, specifier]
        if opened is None:
            return None
        path, tree = opened
        if path not in self._known:
            if len(self._known) >= _MOST_MODULES:
                return None
            self._known[path] = _Exports(self, path, self.scopes(tree, path))
        exports = self._known[path]
        self._depth += 1
        try:
            return exports.everything() if name is None else exports.value(name)
        except RecursionError:  # values nested deeply in each module of a chain
            return None
        finally:
            self._depth -= 1

    def called(self, scopes: Scopes, function: Node, arguments: Sequence[Value]) -> Value:
        """What a function of a module gives; nothing that is known, where modules have called one another for long.

        Parameters
        ----------
        scopes: the names of the module.
        function: a node of it, one of `HELPERS`.
        arguments: what it is called with.
        """
        nothing = Unknown(span_of(function))
        if self._depth >= _DEEPEST_CHAIN or self._steps > _MOST_STEPS:
            return nothing
        self._depth += 1
        try:
            value, steps = fold_call(function, arguments, scopes.constant)
        except RecursionError:
            return nothing
        finally:
            self._depth -= 1
        parts = count_parts(value, _MOST_PARTS)
        self._steps += steps + parts
        return value if parts <= _MOST_PARTS else nothing


def _is_same(one: _OpenedModule, other: _OpenedModule) -> bool:
    return one is other or (one is not None and other is not None and one[0] == other[0] and one[1] is other[1])


class _Exports:
    """What one module exports, as far as it is a const whose text gives its value."""

    def __init__(self, modules: Modules, path: PurePath, scopes: Scopes) -> None:
        self._modules, self._path, self._scopes = modules, path, scopes
        self._values: dict[str, Value | None] = {}
        self._local: dict[str, Node] = {}
        self._elsewhere: dict[str, tuple[str, str | None]] = {}
        self._stars: list[str] = []
        self._whole: Node | None = None
        for statement in scopes.tree.root.named_children:
            if statement.type == "export_statement":
                self._read(statement)
            elif statement.type == "expression_statement" and statement.named_children:
                self._read_assignment(statement.named_children[0])

    def value(self, name: str) -> Value | None:
        """The value of one export; None where there is none, or where modules import one another in a circle."""
        if name not in self._values:
            self._values[name] = None
            self._values[name] = self._find(name)
        return self._values[name]

    def everything(self) -> Value:
        """All exports as one object; incomplete where some are no consts, so that nobody misses them."""
        if self._whole is not None:
            return fold(self._whole, self._scopes.constant)
        place = Span(0, 0)
        found = {name: self.value(name) for name in (*self._local, *self._elsewhere) if name != "default"}
        properties = tuple(
            Property(name, place, value if value is not None else Unknown(place), place)
            for name, value in found.items()
        )
        return Object(place, properties, complete=not self._stars)

    def _find(self, name: str) -> Value | None:
        if name in self._local:
            function = self._function(self._local[name])
            if function is None:
                return fold(self._local[name], self._scopes.constant)
            return Helper(span_of(function), partial(self._modules.called, self._scopes, function))
        if name in self._elsewhere:
            return self._modules.value(self._path, *self._elsewhere[name])
        whole = fold(self._whole, self._scopes.constant) if self._whole is not None else None
        member = whole.get(name) if isinstance(whole, Object) and whole.complete else None
        if member is not None:
            return member.value
        found = (self._modules.value(self._path, star, name) for star in self._stars if name != "default")
        return next((value for value in found if value is not None), None)

    def _function(self, node: Node) -> Node | None:
        """The function that an exported expression is, or that a name stands for."""
        for _ in range(_LONGEST_CHAIN_OF_NAMES):
            node = unwrap(node)
            if node.type in HELPERS:
                return node
            declared = self._scopes.resolve(text_of(node), node.start_byte) if node.type == "identifier" else None
            value = self._scopes.value_of(declared) if declared is not None else None
            if value is None:
                return None
            node = value
        return None

    def _read(self, statement: Node) -> None:
        source = statement.child_by_field_name("source")
        specifier = _string(source) if source is not None else None
        declaration, value = statement.child_by_field_name("declaration"), statement.child_by_field_name("value")
        words = {child.type for child in statement.children}
        if value is not None:
            self._local["default"] = value
        elif "=" in words and statement.named_children:
            self._read_whole(statement.named_children[0])
        elif "default" in words and declaration is not None:
            self._local["default"] = declaration
        elif declaration is not None and declaration.type == "lexical_declaration":
            self._read_consts(declaration)
        elif declaration is not None and declaration.type in {"enum_declaration", "function_declaration"}:
            name = declaration.child_by_field_name("name")
            if name is not None:
                self._local[text_of(name)] = declaration
        for clause in statement.named_children:
            if clause.type == "export_clause":
                for entry in clause.named_children:
                    self._read_specifier(entry, specifier)
            elif clause.type == "namespace_export" and specifier is not None:
                self._elsewhere[text_of(clause.named_children[-1])] = (specifier, None)
        if specifier is not None and not any(child.is_named and child != source for child in statement.children):
            self._stars.append(specifier)

    def _read_assignment(self, node: Node) -> None:
        """``module.exports = {...}``, ``exports.name = ...``."""
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if node.type != "assignment_expression" or left is None or right is None:
            return
        owner, _, name = text_of(left).rpartition(".")
        if owner in {"exports", "module.exports"}:
            self._local[name] = right
        if text_of(left) == "module.exports":
            self._read_whole(right)

    def _read_whole(self, value: Node) -> None:
        """``export = value``, ``module.exports = value``."""
        specifier = _required(value)
        if specifier is not None:
            self._elsewhere["default"] = (specifier, None)
            self._stars.append(specifier)
        else:
            self._local["default"] = self._whole = value

    def _read_consts(self, declaration: Node) -> None:
        kind = declaration.child_by_field_name("kind")
        for declarator in declaration.named_children:
            name, value = declarator.child_by_field_name("name"), declarator.child_by_field_name("value")
            if kind is not None and kind.type == "const" and name is not None and value is not None:
                self._local[text_of(name)] = value

    def _read_specifier(self, entry: Node, specifier: str | None) -> None:
        name = entry.child_by_field_name("name")
        alias = entry.child_by_field_name("alias") or name
        if name is None or alias is None:
            return
        if specifier is not None:
            self._elsewhere[text_of(alias)] = (specifier, text_of(name))
        else:
            self._local[text_of(alias)] = name


def import_of(tree: SourceTree, declared: Declared) -> tuple[str, str | None] | None:
    """The specifier and the exported name behind an import's variable; the name is None for a whole namespace."""
    path = tree.path_to(declared.span.start)
    statement = next((node for node in reversed(path) if node.type == "import_statement"), None)
    if statement is None or len(path) < 2:
        return None
    parent = path[-2]
    source = statement.child_by_field_name("source") or parent.child_by_field_name("source")
    specifier = _string(source) if source is not None else None
    if specifier is None:
        return None
    if parent.type in {"namespace_import", "import_require_clause"}:
        return specifier, None
    if parent.type == "import_specifier":
        name = parent.child_by_field_name("name")
        return (specifier, text_of(name).strip("'\"")) if name is not None else None
    return (specifier, "default") if parent.type == "import_clause" else None


def _constant(known: str | Mapping[str, str] | None) -> Value | None:
    place = Span(0, 0)
    if known is None or isinstance(known, str):
        return None if known is None else Text(place, known)
    return Object(place, tuple(Property(key, place, Text(place, word), place) for key, word in known.items()))


def required(scopes: Scopes, declared: Declared) -> tuple[str, str | None] | None:
    """As `import_of`, for ``const name = require("./x")`` and ``const { key: name } = require("./x")``, or of what
    ``await import("./x")`` gives.
    """
    path = scopes.tree.path_to(declared.span.start)
    at = next((index for index, node in enumerate(path) if node.type == "variable_declarator"), 0)
    call = path[at].child_by_field_name("value") if at and declared.keyword == "const" else None
    specifier = _required(call) or _awaited(call) if call is not None else None
    if specifier is None or scopes.resolve("require", declared.span.start) is not None:
        return None
    depth = len(path) - 1 - at
    if depth == 1:
        return specifier, None
    name = path[-1] if depth == 2 else path[-2].child_by_field_name("key") if path[-2].type == "pair_pattern" else None
    key = key_of(name) if name is not None and depth <= 3 and path[at + 1].type == "object_pattern" else None
    return (specifier, key) if key is not None else None


def _required(call: Node) -> str | None:
    """The specifier in ``require("./x")``."""
    callee = call.child_by_field_name("function") if call.type == "call_expression" else None
    arguments = arguments_of(call).items if callee is not None and text_of(callee) == "require" else ()
    return arguments[0].value if len(arguments) == 1 and isinstance(arguments[0], Text) else None


def _awaited(node: Node) -> str | None:
    """The specifier in ``await import("./x")``."""
    call = node.named_children[0] if node.type == "await_expression" and node.named_children else None
    callee = call.child_by_field_name("function") if call is not None and call.type == "call_expression" else None
    arguments = arguments_of(call).items if call is not None and callee is not None and callee.type == "import" else ()
    return arguments[0].value if arguments and isinstance(arguments[0], Text) else None


def _string(node: Node) -> str | None:
    value = fold(node)
    return value.value if isinstance(value, Text) else None
