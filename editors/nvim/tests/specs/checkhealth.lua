-- :FfiHealth says which server it found, and that it runs; and what to do where there is none.
local t = require("harness")

t.enable()
local buffer = t.open("sqlite.porf.ts")
t.client(buffer)
vim.cmd.FfiHealth()
local words = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
t.contains(words, "ffi-lsp", "the report")
t.contains(words, vim.env.SERVER, "the server's path")
t.contains(words, "enabled", "the report")
t.contains(words, "1 file", "the report")
t.equal(nil, words:find("ERROR", 1, true), "errors")

vim.lsp.config("ffi_lsp", { cmd = { "no-such-server" } })
vim.cmd.FfiHealth()
words = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
t.contains(words, "no-such-server is not on your PATH", "the report")
t.contains(words, "pip install ffi-lsp", "the remedy")
