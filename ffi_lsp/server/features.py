"""The table of what the server answers about an open text: one row a feature; its capability follows from the row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ffi_core.model import Span
from ffi_lsp.ide.code_action import code_actions
from ffi_lsp.ide.code_lens import code_lenses
from ffi_lsp.ide.completion import completion
from ffi_lsp.ide.hover import hover
from ffi_lsp.server import messages
from ffi_lsp.server.client import Client
from ffi_lsp.server.documents import Document
from ffi_lsp.server.positions import Positions
from ffi_lsp.workspace import Snapshot, Workspace

if TYPE_CHECKING:
    from ffi_lsp.server.app import Server


@dataclass(frozen=True, slots=True)
class Question:
    """A request about an open text, with all that an answer may depend on.

    Parameters
    ----------
    params: what the client sent.
    document: the text that it is about.
    snapshot: what is known of that text.
    positions: its positions, in the agreed encoding.
    client: what the client understands.
    workspace: reads other texts as if they stood in this place.
    """

    params: Any
    document: Document
    snapshot: Snapshot
    positions: Positions
    client: Client
    workspace: Workspace

    @property
    def offset(self) -> int:
        """The byte offset of the position that is asked about."""
        return self.positions.offset(self.params.position)

    def reread(self, data: bytes) -> Snapshot:
        """The snapshot of another text as if it stood in this place."""
        return self.workspace.snapshot(self.document.path, data)


@dataclass(frozen=True, slots=True)
class Feature:
    """One row.

    Parameters
    ----------
    method: the request.
    answer: a synchronous function that takes less than 5 ms.
    options: what the capability says beyond that the method is there.
    when: whether a client is offered it.
    unknown: the answer for a text that is not open.
    """

    method: str
    answer: Callable[[Question], Any]
    options: Any = None
    when: Callable[[Client], bool] = lambda client: True  # noqa: ARG005
    unknown: Any = None

    def register(self, server: Server) -> None:
        """Let the server answer this method."""

        def handle(params: Any) -> Any:
            question = server.question(params)
            return self.unknown if question is None else self.answer(question)

        server.feature(self.method, self.options)(handle)


def _hover(question: Question) -> types.Hover | None:
    answer = hover(question.snapshot, question.offset)
    return None if answer is None else messages.hover(answer, question.positions, question.client)


def _completion(question: Question) -> types.CompletionList | None:
    answer = completion(question.snapshot, question.offset, question.reread)
    return None if answer is None else messages.completion(answer, question.positions, question.client)


def _code_actions(question: Question) -> list[types.CodeAction]:
    wanted = question.params.context.only
    if not question.client.action_literals or (wanted and not any(_covers_quick_fix(kind) for kind in wanted)):
        return []
    selection: Span = question.positions.span(question.params.range)
    return [
        messages.code_action(action, question.document, question.positions, question.client)
        for action in code_actions(question.snapshot, selection)
    ]


def _covers_quick_fix(kind: str) -> bool:
    return kind in ("", types.CodeActionKind.QuickFix)


def _code_lenses(question: Question) -> list[types.CodeLens]:
    lenses = code_lenses(question.snapshot)
    return [messages.code_lens(lens, question.document, question.positions) for lens in lenses]


def _diagnostics(question: Question) -> types.RelatedFullDocumentDiagnosticReport:
    found = question.snapshot.diagnostics
    return types.RelatedFullDocumentDiagnosticReport([messages.diagnostic(each, question.positions) for each in found])


FEATURES = (
    Feature(types.TEXT_DOCUMENT_HOVER, _hover),
    Feature(
        types.TEXT_DOCUMENT_COMPLETION,
        _completion,
        types.CompletionOptions(trigger_characters=['"', "'", "`", "{", "[", ","]),
    ),
    Feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        _code_actions,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix]),
    ),
    Feature(types.TEXT_DOCUMENT_CODE_LENS, _code_lenses),
    Feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        _diagnostics,
        types.DiagnosticOptions(identifier=messages.SOURCE, inter_file_dependencies=False, workspace_diagnostics=False),
        when=lambda client: client.pulls_diagnostics,
        unknown=types.RelatedFullDocumentDiagnosticReport([]),
    ),
)
