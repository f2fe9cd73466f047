-- Types are offered where a type stands, by Neovim's own completion.
local t = require("harness")

t.enable()
local buffer = t.open("sqlite.porf.ts")
local client = t.client(buffer)
t.cursor_on('"pointer"', 1)
local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
local answer = client:request_sync("textDocument/completion", params, 30000, buffer)
local items = answer.result.items or answer.result
local labels = vim
  .iter(items)
  :map(function(item)
    return item.label
  end)
  :totable()
t.contains(table.concat(labels, " "), "pointer", "the types")
t.contains(table.concat(labels, " "), "f64", "the types")
