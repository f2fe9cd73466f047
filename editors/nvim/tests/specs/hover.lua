-- K on a declared function shows what it is.
local t = require("harness")

t.enable()
local buffer = t.open("sqlite.porf.ts")
t.client(buffer)
t.cursor_on("sqlite3_step:", 3)
vim.lsp.buf.hover()
t.contains(t.float(), "sqlite3_step", "the hover")
