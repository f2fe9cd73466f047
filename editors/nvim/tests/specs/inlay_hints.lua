-- Inlay hints are on where the person wants them, and off by default.
local t = require("harness")

t.enable()
local buffer = t.open("sqlite.porf.ts")
t.client(buffer)
t.equal(false, vim.lsp.inlay_hint.is_enabled({ bufnr = buffer }), "hints by default")
vim.g.ffi_lsp = { inlay_hints = true }
local other = t.open("math.porf.ts")
t.client(other)
t.eventually("hints are on", function()
  return vim.lsp.inlay_hint.is_enabled({ bufnr = other })
end)
