"""ffi_core: dlopen for Python with the argument shape of Porffor and Deno, and the facts that judge a declaration."""
