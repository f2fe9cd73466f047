-- The server's progress in the message line, since Neovim shows none by itself. `vim.lsp.status()` works as well.

local M = {}

--- The words for one step, or nil where there is nothing to show.
---@param value lsp.WorkDoneProgressBegin|lsp.WorkDoneProgressReport|lsp.WorkDoneProgressEnd
---@return string?
function M.words(value)
  if value.kind == "begin" then
    M.title = value.title
  end
  local parts = { M.title, value.message }
  if value.kind == "end" then
    M.title = nil
    return value.message and ("ffi-lsp: " .. value.message) or nil
  end
  if value.percentage then
    table.insert(parts, value.percentage .. " %")
  end
  return #parts > 0 and "ffi-lsp: " .. table.concat(parts, " · ") or nil
end

--- Show one step, without keeping it among the messages.
function M.show(value)
  local words = M.words(value)
  if vim.tbl_get(vim.g, "ffi_lsp", "progress") == false then
    return
  end
  if words ~= nil or value.kind == "end" then
    vim.api.nvim_echo({ { words or "" } }, false, {})
  end
end

return M
