"""The table of what the server answers about an open text: one row a feature; its capability follows from the row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ffi_lsp.ide.code_action import ActionKind
from ffi_lsp.server import answers, messages, symbols
from ffi_lsp.server.client import Client
from ffi_lsp.server.question import Question

if TYPE_CHECKING:
    from ffi_lsp.server.app import Server


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


FEATURES = (
    Feature(types.TEXT_DOCUMENT_HOVER, answers.on_hover),
    Feature(
        types.TEXT_DOCUMENT_COMPLETION,
        answers.on_completion,
        types.CompletionOptions(trigger_characters=['"', "'", "`", "{", "[", ","]),
    ),
    Feature(
        types.TEXT_DOCUMENT_SIGNATURE_HELP,
        answers.on_signature_help,
        types.SignatureHelpOptions(trigger_characters=["(", ","]),
    ),
    Feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        answers.on_code_action,
        types.CodeActionOptions(code_action_kinds=[kind.value for kind in ActionKind]),
    ),
    Feature(types.TEXT_DOCUMENT_CODE_LENS, answers.on_code_lens),
    Feature(types.TEXT_DOCUMENT_DEFINITION, answers.on_definition),
    Feature(types.TEXT_DOCUMENT_REFERENCES, answers.on_references),
    Feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, answers.on_document_highlight),
    Feature(types.TEXT_DOCUMENT_PREPARE_RENAME, answers.on_prepare_rename),
    Feature(types.TEXT_DOCUMENT_RENAME, answers.on_rename),
    Feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, answers.on_document_symbol),
    Feature(types.TEXT_DOCUMENT_FOLDING_RANGE, answers.on_folding_range),
    Feature(types.TEXT_DOCUMENT_DOCUMENT_LINK, answers.on_document_link),
    Feature(types.TEXT_DOCUMENT_SELECTION_RANGE, answers.on_selection_range),
    Feature(types.TEXT_DOCUMENT_INLAY_HINT, answers.on_inlay_hint),
    Feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, answers.on_semantic_tokens, symbols.LEGEND),
    Feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        answers.on_diagnostic,
        types.DiagnosticOptions(identifier=messages.SOURCE, inter_file_dependencies=False, workspace_diagnostics=False),
        when=lambda client: client.pulls_diagnostics,
        unknown=types.RelatedFullDocumentDiagnosticReport([]),
    ),
)
