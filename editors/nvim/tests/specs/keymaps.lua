-- No key is mapped: those in a buffer with a server are Neovim's own, and no global one is added.
local t = require("harness")

local MODES = { "n", "i", "v", "x", "s", "o", "t", "c" }
local function maps(of)
  local found = {}
  for _, mode in ipairs(MODES) do
    for _, map in ipairs(of(mode)) do
      table.insert(found, mode .. " " .. map.lhs .. " " .. (map.desc or map.rhs or ""))
    end
  end
  table.sort(found)
  return found
end

local before = maps(vim.api.nvim_get_keymap)
vim.g.loaded_ffi_lsp = nil
vim.cmd.runtime("plugin/ffi_lsp.lua")
t.enable()
local buffer = t.open("mistakes.porf.ts")
t.client(buffer)
t.diagnostic(buffer, "FFI201")
t.equal(before, maps(vim.api.nvim_get_keymap), "global keymaps")
local ours = vim
  .iter(maps(function(mode)
    return vim.api.nvim_buf_get_keymap(buffer, mode)
  end))
  :filter(function(map)
    return not map:find("vim.lsp", 1, true)
  end)
  :totable()
t.equal({}, ours, "keymaps of the buffer")
