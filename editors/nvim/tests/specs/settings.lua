-- Settings given to vim.lsp.config reach the server.
local t = require("harness")

t.enable({ settings = { ffi = { rules = { ignore = { "FFI101" } } } } })
local buffer = t.open("mistakes.porf.ts")
t.client(buffer)
t.diagnostic(buffer, "FFI201")
t.equal(
  {},
  vim
    .iter(vim.diagnostic.get(buffer))
    :filter(function(each)
      return each.code == "FFI101"
    end)
    :totable(),
  "findings of a rule that is ignored"
)
