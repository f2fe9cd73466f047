"""What `ffi-lsp check` is made of: which files, their judgement, fixes, the baseline, what is printed, and watching."""
