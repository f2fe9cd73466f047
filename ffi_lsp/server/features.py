"""The table of what the server answers about an open text: one row a feature; its capability follows from the row."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ffi_lsp.server.client import Client
from ffi_lsp.server.words import ACTION_KINDS, LEGEND, SOURCE

if TYPE_CHECKING:
    from ffi_lsp.server.app import Server


@dataclass(frozen=True, slots=True)
class Feature:
    """One row.

    Parameters
    ----------
    method: the request.
    answer: name of a function in `ffi_lsp.server.answers`; that is loaded once the client has been greeted.
    options: what the capability says beyond that the method is there.
    when: whether a client is offered it.
    unknown: the answer for a text that is not open.
    whole: whether the answer may list every symbol of a library, which are then read beforehand, beside the loop.
    """

    method: str
    answer: str
    options: Any = None
    when: Callable[[Client], bool] = lambda client: True  # noqa: ARG005
    unknown: Any = None
    whole: bool = False

    def register(self, server: Server) -> None:
        """Let the server answer this method."""

        def handle(params: Any) -> Any:
            document = server.documents.get(params.text_document.uri)
            if document is None:
                return self.unknown

            def answer() -> Any:
                from ffi_lsp.server import answers

                question = server.question(params)
                return self.unknown if question is None else getattr(answers, self.answer)(question)

            return server.judge.when_read(document, answer, whole=self.whole)

        server.feature(self.method, self.options)(handle)


@dataclass(frozen=True, slots=True)
class Across:
    """A feature that is about the whole workspace.

    Parameters
    ----------
    method: the request.
    answer: name of a function in `ffi_lsp.server.across`, which is given the server and the parameters.
    options: what the capability says beyond that the method is there.
    when: whether a client is offered it.
    """

    method: str
    answer: str
    options: Any = None
    when: Callable[[Client], bool] = lambda client: True  # noqa: ARG005

    def register(self, server: Server) -> None:
        """Let the server answer this method."""

        def handle(params: Any) -> Any:
            from ffi_lsp.server import across

            return getattr(across, self.answer)(server, params)

        server.feature(self.method, self.options)(handle)


@dataclass(frozen=True, slots=True)
class Resolve:
    """A request for the rest of an answer that was given before.

    Parameters
    ----------
    method: the request.
    answer: name of a function in `ffi_lsp.server.resolving`, which is given the server and the answer as it was.
    """

    method: str
    answer: str

    def register(self, server: Server) -> None:
        """Let the server answer this method."""

        async def handle(given: Any) -> Any:
            from ffi_lsp.server import resolving

            found = getattr(resolving, self.answer)(server, given)
            return await found if inspect.isawaitable(found) else found

        server.feature(self.method)(handle)


RESOLVES = (
    Resolve(types.COMPLETION_ITEM_RESOLVE, "on_completion_resolve"),
    Resolve(types.CODE_ACTION_RESOLVE, "on_code_action_resolve"),
    Resolve(types.DOCUMENT_LINK_RESOLVE, "on_document_link_resolve"),
)

ACROSS = (
    Across(types.WORKSPACE_SYMBOL, "on_workspace_symbol"),
    Across(types.WORKSPACE_DIAGNOSTIC, "on_workspace_diagnostic", when=lambda client: client.pulls_diagnostics),
)

FEATURES = (
    Feature(types.TEXT_DOCUMENT_HOVER, "on_hover"),
    Feature(
        types.TEXT_DOCUMENT_COMPLETION,
        "on_completion",
        types.CompletionOptions(trigger_characters=['"', "'", "`", "{", "[", ",", "/"], resolve_provider=True),
        whole=True,
    ),
    Feature(
        types.TEXT_DOCUMENT_SIGNATURE_HELP,
        "on_signature_help",
        types.SignatureHelpOptions(trigger_characters=["(", ","]),
    ),
    Feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        "on_code_action",
        types.CodeActionOptions(code_action_kinds=ACTION_KINDS, resolve_provider=True),
    ),
    Feature(types.TEXT_DOCUMENT_CODE_LENS, "on_code_lens", types.CodeLensOptions(resolve_provider=True)),
    Feature(types.TEXT_DOCUMENT_DEFINITION, "on_definition"),
    Feature(types.TEXT_DOCUMENT_DECLARATION, "on_declaration"),
    Feature(types.TEXT_DOCUMENT_TYPE_DEFINITION, "on_type_definition"),
    Feature(types.TEXT_DOCUMENT_REFERENCES, "on_references"),
    Feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, "on_document_highlight"),
    Feature(types.TEXT_DOCUMENT_PREPARE_RENAME, "on_prepare_rename"),
    Feature(types.TEXT_DOCUMENT_RENAME, "on_rename"),
    Feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, "on_document_symbol"),
    Feature(types.TEXT_DOCUMENT_FOLDING_RANGE, "on_folding_range"),
    Feature(types.TEXT_DOCUMENT_DOCUMENT_LINK, "on_document_link"),
    Feature(types.TEXT_DOCUMENT_SELECTION_RANGE, "on_selection_range"),
    Feature(types.TEXT_DOCUMENT_INLAY_HINT, "on_inlay_hint"),
    Feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, "on_semantic_tokens", LEGEND),
    Feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA, "on_semantic_tokens_delta", LEGEND),
    Feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, "on_semantic_tokens_range", LEGEND),
    Feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        "on_diagnostic",
        types.DiagnosticOptions(identifier=SOURCE, inter_file_dependencies=True, workspace_diagnostics=True),
        when=lambda client: client.pulls_diagnostics,
        unknown=types.RelatedFullDocumentDiagnosticReport([]),
    ),
)
