-- A server that is killed comes back with its findings, three times; then it is left alone, and `:edit` starts it anew.
local t = require("harness")

local shown = t.record_messages()
local function said(part)
  return vim
    .iter(shown)
    :filter(function(message)
      return message:find(part, 1, true) ~= nil
    end)
    :totable()
end

t.enable()
local buffer = t.open("mistakes.porf.ts")
local client = t.client(buffer)
t.diagnostic(buffer, "FFI201")
local function kill()
  for _, pid in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do
    vim.uv.kill(pid, "sigkill")
  end
end

for crash = 1, 3 do
  kill()
  client = t.eventually("another client", function()
    local now = vim.lsp.get_clients({ bufnr = buffer, name = "ffi_lsp" })[1]
    return now and now.id ~= client.id and now.initialized and now
  end)
  t.diagnostic(buffer, "FFI201")
  t.equal(crash, #said("was started again"), "messages about a new start")
end
kill()
t.eventually("the message that it is left alone", function()
  return #said("ended by itself 4 times within three minutes and is left alone") == 1
end)
t.equal(0, #vim.lsp.get_clients(), "clients")
vim.cmd.edit({ bang = true })
t.client(buffer)
t.diagnostic(buffer, "FFI201")
