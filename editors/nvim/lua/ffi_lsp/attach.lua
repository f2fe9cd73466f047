-- What a buffer gets once the server is there: code lenses that stay fresh, and inlay hints where they are wanted.

local M = {}

local function wants(name, default)
  local value = vim.tbl_get(vim.g, "ffi_lsp", name)
  if value == nil then
    return default
  end
  return value
end

--- Set a buffer up; a second time changes nothing.
---@param bufnr integer
---@param client_id integer
function M.attach(bufnr, client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  if client == nil then
    return
  end
  require("ffi_lsp.restarting").watch(client)
  if wants("codelens", true) and client:supports_method("textDocument/codeLens") then
    M.keep_lenses_fresh(bufnr)
  end
  if wants("inlay_hints", false) and client:supports_method("textDocument/inlayHint") then
    vim.lsp.inlay_hint.enable(true, { bufnr = bufnr })
  end
end

function M.keep_lenses_fresh(bufnr)
  local group = vim.api.nvim_create_augroup("ffi_lsp.lenses." .. bufnr, {})
  vim.api.nvim_create_autocmd({ "BufEnter", "InsertLeave", "TextChanged", "BufWritePost" }, {
    group = group,
    buffer = bufnr,
    desc = "ffi-lsp: show the code lenses of the text as it is now",
    callback = function()
      vim.lsp.codelens.refresh({ bufnr = bufnr })
    end,
  })
  vim.api.nvim_create_autocmd("LspDetach", {
    group = group,
    buffer = bufnr,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client ~= nil and client.name == "ffi_lsp" then
        vim.lsp.codelens.clear(event.data.client_id, bufnr)
        vim.api.nvim_del_augroup_by_id(group)
      end
    end,
  })
  vim.lsp.codelens.refresh({ bufnr = bufnr })
end

return M
