"""What an editor asks at a cursor, one file a feature: functions from a `Snapshot` and byte offsets to dataclasses.

Nothing here does I/O or knows a protocol; `ffi_lsp.server` turns the answers into messages.
"""
