-- A quick fix is offered at the mistake and mends it.
local t = require("harness")

t.enable()
local buffer = t.open("mistakes.porf.ts")
t.client(buffer)
t.diagnostic(buffer, "FFI101")
local line = t.cursor_on('"int"', 1)
vim.lsp.buf.code_action({
  apply = true,
  filter = function(action)
    return action.kind == "quickfix" and action.title:find("i32", 1, true) ~= nil
  end,
})
t.eventually("the type is mended", function()
  return vim.api.nvim_buf_get_lines(buffer, line, line + 1, false)[1]:find('result: "i32"', 1, true)
end)
