"""Which file a specifier means, by what a project's files say of it: import maps, packages, TypeScript's paths.

Nothing is fetched: what is not on the disk is not known. `ffi_lsp.imports` is the door.
"""
