"""ffi_lsp: a checker and language server for the native bindings that JavaScript runtimes declare."""
