"""What the connected client can do, as far as our answers depend on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lsprotocol import types


@dataclass(frozen=True, slots=True)
class Client:
    """The client's abilities; the defaults are those of one that told us nothing.

    Parameters
    ----------
    pulls_diagnostics: it asks for diagnostics; then none are pushed.
    diagnostic_versions: a push may say which version of the text it is about.
    markdown_hover, markdown_completion, markdown_signature: the text there may be Markdown.
    snippets: a completion may have tab stops.
    action_literals: a code action may be more than a command.
    versioned_edits: an edit may say which version of the text it is for.
    label_offsets: a signature's parameters may be given by their place in the label.
    symbol_trees: an outline may have levels.
    link_tooltips: a link may have a tooltip.
    progress: it shows work under way.
    refreshes_lenses, refreshes_hints, refreshes_diagnostics: it asks again when it is told to.
    watches_files: it can be asked to watch files; relative_patterns: below a folder of our choice.
    """

    pulls_diagnostics: bool = False
    diagnostic_versions: bool = False
    markdown_hover: bool = False
    markdown_completion: bool = False
    markdown_signature: bool = False
    snippets: bool = False
    action_literals: bool = False
    versioned_edits: bool = False
    label_offsets: bool = False
    symbol_trees: bool = False
    link_tooltips: bool = False
    progress: bool = False
    refreshes_lenses: bool = False
    refreshes_hints: bool = False
    refreshes_diagnostics: bool = False
    watches_files: bool = False
    relative_patterns: bool = False

    @classmethod
    def of(cls, capabilities: types.ClientCapabilities) -> Client:
        """Read what `initialize` brought."""

        def has(path: str) -> bool:
            return bool(_look_up(capabilities, path))

        return cls(
            pulls_diagnostics=has("text_document.diagnostic"),
            diagnostic_versions=has("text_document.publish_diagnostics.version_support"),
            markdown_hover=_markdown(_look_up(capabilities, "text_document.hover.content_format")),
            markdown_completion=_markdown(
                _look_up(capabilities, "text_document.completion.completion_item.documentation_format")
            ),
            markdown_signature=_markdown(
                _look_up(capabilities, "text_document.signature_help.signature_information.documentation_format")
            ),
            snippets=has("text_document.completion.completion_item.snippet_support"),
            action_literals=has("text_document.code_action.code_action_literal_support"),
            versioned_edits=has("workspace.workspace_edit.document_changes"),
            label_offsets=has(
                "text_document.signature_help.signature_information.parameter_information.label_offset_support"
            ),
            symbol_trees=has("text_document.document_symbol.hierarchical_document_symbol_support"),
            link_tooltips=has("text_document.document_link.tooltip_support"),
            progress=has("window.work_done_progress"),
            refreshes_lenses=has("workspace.code_lens.refresh_support"),
            refreshes_hints=has("workspace.inlay_hint.refresh_support"),
            refreshes_diagnostics=has("workspace.diagnostics.refresh_support"),
            watches_files=has("workspace.did_change_watched_files.dynamic_registration"),
            relative_patterns=has("workspace.did_change_watched_files.relative_pattern_support"),
        )


def _look_up(capabilities: types.ClientCapabilities, path: str) -> Any:
    value: Any = capabilities
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def _markdown(formats: Iterable[types.MarkupKind] | None) -> bool:
    return types.MarkupKind.Markdown in (formats or ())
