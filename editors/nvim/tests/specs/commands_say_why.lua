-- A command without a server says why there is none, instead of doing nothing.
local t = require("harness")

local shown = t.record_messages()
vim.cmd.FfiRun()
t.contains(shown[1], "vim.lsp.enable('ffi_lsp')", "the message")
