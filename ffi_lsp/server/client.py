"""What the connected client can do, as far as our answers depend on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lsprotocol import types


@dataclass(frozen=True, slots=True)
class Client:
    """The client's abilities; the defaults are those of one that told us nothing.

    Parameters
    ----------
    pulls_diagnostics: it asks for diagnostics, and asks again when it is told to; then none are pushed.
    diagnostic_versions: a push may say which version of the text it is about.
    diagnostic_tags: those that a diagnostic may have; related_information: it may point to other places;
        code_descriptions: its code may be a link.
    markdown_hover, markdown_completion, markdown_signature: the text there may be Markdown.
    snippets: a completion may have tab stops.
    insert_replace: a completion may say what to insert and what to replace.
    label_details: a completion may have words beside its label that are always shown.
    completion_resolves: what of a completion it asks for when it is shown: ``"documentation"``, ``"textEdit"``.
    action_literals: a code action may be more than a command.
    action_resolves: it asks for an action's edit when the action is chosen.
    versioned_edits: an edit may say which version of the text it is for.
    label_offsets: a signature's parameters may be given by their place in the label.
    symbol_trees: an outline may have levels.
    link_tooltips: a link may have a tooltip.
    location_links: an answer to where something is may say which text was asked about.
    shows_documents: it opens a text for the person when it is told to.
    progress: it shows work under way.
    refreshes_lenses, refreshes_hints: it asks again when it is told to.
    watches_files: it can be asked to watch files; relative_patterns: below a folder of our choice.
    configuration: it can be asked for its settings; configuration_changes: and be asked to tell when they change.
    shows_status: it knows the notification ``ffi/status``.
    """

    pulls_diagnostics: bool = False
    diagnostic_versions: bool = False
    diagnostic_tags: frozenset[types.DiagnosticTag] = frozenset()
    related_information: bool = False
    code_descriptions: bool = False
    markdown_hover: bool = False
    markdown_completion: bool = False
    markdown_signature: bool = False
    snippets: bool = False
    insert_replace: bool = False
    label_details: bool = False
    completion_resolves: frozenset[str] = frozenset()
    action_literals: bool = False
    action_resolves: bool = False
    versioned_edits: bool = False
    label_offsets: bool = False
    symbol_trees: bool = False
    link_tooltips: bool = False
    location_links: bool = False
    shows_documents: bool = False
    progress: bool = False
    refreshes_lenses: bool = False
    refreshes_hints: bool = False
    watches_files: bool = False
    relative_patterns: bool = False
    configuration: bool = False
    configuration_changes: bool = False
    shows_status: bool = False

    @classmethod
    def of(cls, capabilities: types.ClientCapabilities, name: str = "") -> Client:
        """Read what `initialize` brought; `name` is what the client calls itself."""

        def has(path: str) -> bool:
            return bool(_look_up(capabilities, path))

        def diagnostics_have(ability: str) -> bool:
            # The protocol has them in both places, and clients that pull give some in one and some in the other.
            return has(f"text_document.publish_diagnostics.{ability}") or has(f"text_document.diagnostic.{ability}")

        return cls(
            # One that cannot be told to ask again would not see what headers say before the next edit.
            pulls_diagnostics=has("text_document.diagnostic") and has("workspace.diagnostics.refresh_support"),
            diagnostic_versions=has("text_document.publish_diagnostics.version_support"),
            diagnostic_tags=frozenset(
                tag
                for place in ("publish_diagnostics", "diagnostic")
                for tag in _look_up(capabilities, f"text_document.{place}.tag_support.value_set") or ()
            ),
            related_information=diagnostics_have("related_information"),
            code_descriptions=diagnostics_have("code_description_support"),
            markdown_hover=_markdown(_look_up(capabilities, "text_document.hover.content_format")),
            markdown_completion=_markdown(
                _look_up(capabilities, "text_document.completion.completion_item.documentation_format")
            ),
            markdown_signature=_markdown(
                _look_up(capabilities, "text_document.signature_help.signature_information.documentation_format")
            ),
            snippets=has("text_document.completion.completion_item.snippet_support"),
            insert_replace=has("text_document.completion.completion_item.insert_replace_support"),
            label_details=has("text_document.completion.completion_item.label_details_support"),
            completion_resolves=frozenset(
                _look_up(capabilities, "text_document.completion.completion_item.resolve_support.properties") or ()
            ),
            action_literals=has("text_document.code_action.code_action_literal_support"),
            action_resolves=has("text_document.code_action.data_support")
            and "edit" in (_look_up(capabilities, "text_document.code_action.resolve_support.properties") or ()),
            versioned_edits=has("workspace.workspace_edit.document_changes"),
            label_offsets=has(
                "text_document.signature_help.signature_information.parameter_information.label_offset_support"
            ),
            symbol_trees=has("text_document.document_symbol.hierarchical_document_symbol_support"),
            link_tooltips=has("text_document.document_link.tooltip_support"),
            location_links=has("text_document.definition.link_support"),
            shows_documents=has("window.show_document.support"),
            progress=has("window.work_done_progress"),
            refreshes_lenses=has("workspace.code_lens.refresh_support"),
            refreshes_hints=has("workspace.inlay_hint.refresh_support"),
            watches_files=has("workspace.did_change_watched_files.dynamic_registration"),
            relative_patterns=has("workspace.did_change_watched_files.relative_pattern_support"),
            configuration=has("workspace.configuration"),
            configuration_changes=has("workspace.did_change_configuration.dynamic_registration"),
            # Others complain of a notification that they do not know.
            shows_status=_says(capabilities.experimental, "ffiStatus") or name.startswith("Visual Studio Code"),
        )


def _look_up(capabilities: types.ClientCapabilities, path: str) -> Any:
    value: Any = capabilities
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def _says(experimental: Any, ability: str) -> bool:
    return isinstance(experimental, Mapping) and experimental.get(ability) is True


def _markdown(formats: Iterable[types.MarkupKind] | None) -> bool:
    return types.MarkupKind.Markdown in (formats or ())
