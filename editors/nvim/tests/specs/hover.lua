-- K on a declared function shows its C prototype and where it stands.
local t = require("harness")

t.enable()
local buffer = t.open("sqlite.porf.ts")
local client = t.client(buffer)
t.cursor_on("sqlite3_step:", 3)
-- Headers are read beside the typing, so the first answer may come without them.
t.eventually("the prototype is known", function()
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answer = client:request_sync("textDocument/hover", params, 30000, buffer)
  return answer and answer.result and answer.result.contents.value:find("int sqlite3_step(sqlite3_stmt", 1, true)
end)
vim.lsp.buf.hover()
local shown = t.float()
t.contains(shown, "int sqlite3_step(sqlite3_stmt", "the hover")
t.contains(shown, "sqlite3.h:", "the hover")
