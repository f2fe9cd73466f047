-- A server that the person stops is not started again behind their back.
local t = require("harness")

local shown = t.record_messages()
t.enable()
local buffer = t.open("mistakes.porf.ts")
local client = t.client(buffer)
client:stop()
t.eventually("it has ended", function()
  return #vim.lsp.get_clients() == 0
end)
client = nil
vim.cmd.edit({ bang = true })
client = t.client(buffer)
client:stop(true)
t.eventually("it has ended", function()
  return #vim.lsp.get_clients() == 0
end)
-- What would start it again is queued before this.
local later = false
vim.defer_fn(function()
  later = true
end, 500)
t.eventually("what was queued is done", function()
  return later
end)
t.equal(0, #vim.lsp.get_clients(), "clients")
t.equal(
  {},
  vim
    .iter(shown)
    :filter(function(message)
      return message:find("started again", 1, true) ~= nil
    end)
    :totable(),
  "messages about a new start"
)
