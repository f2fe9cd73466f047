-- When the server is wanted, and for which folder. Most JavaScript has no native bindings, and then nothing is started.

local M = {}

--- Words of which all of one group stand in each file that the server has something to say about.
--- The same as the server's own first look at a file; a test compares.
M.ENTRY_POINTS = {
  { "bun:ffi" },
  { "Bun", "FFI" },
  { "Deno", "dlopen" },
  { "Deno", "UnsafeFnPointer" },
  { "Deno", "UnsafeCallback" },
  { "koffi" },
  { "node:ffi" },
  { "Porffor", "dlopen" },
}

--- Files that mark a project's root, the likeliest first.
M.ROOT_MARKERS = { "ffi.toml", "deno.json", "deno.jsonc", "bunfig.toml", "package.json", "tsconfig.json", ".git" }

--- Whether a buffer's text may hold native bindings.
---@param bufnr integer
---@return boolean
function M.mentions_bindings(bufnr)
  local text = table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), "\n")
  for _, words in ipairs(M.ENTRY_POINTS) do
    local all = true
    for _, word in ipairs(words) do
      all = all and text:find(word, 1, true) ~= nil
    end
    if all then
      return true
    end
  end
  return false
end

--- The server's program where it is not there to be started; nil where it is, or where a function starts the server.
---@return string?
function M.missing_program()
  local command = vim.lsp.config.ffi_lsp and vim.lsp.config.ffi_lsp.cmd
  local program = type(command) == "table" and command[1] or nil
  return program and vim.fn.executable(program) == 0 and program or nil
end

local told = false

--- Say once that there is no server for a file with native bindings; Neovim itself only writes to its log.
---@param bufnr integer
function M.tell_of_missing_program(bufnr)
  if told or not vim.lsp.is_enabled("ffi_lsp") or not M.mentions_bindings(bufnr) then
    return
  end
  local program = M.missing_program()
  if program ~= nil then
    told = true
    local words = "ffi-lsp: %s is not on your PATH, so nothing checks native bindings; :FfiHealth tells what to do"
    vim.notify(words:format(program), vim.log.levels.WARN)
  end
end

--- The folder that holds a buffer's project; nil where nothing marks one.
---@param bufnr integer
---@return string?
function M.root(bufnr)
  return vim.fs.root(bufnr, M.ROOT_MARKERS)
end

--- Calls back as soon as the buffer speaks of native bindings: at once, or after the edit that brings the first.
---@param bufnr integer
---@param start fun()
function M.when_needed(bufnr, start)
  if vim.tbl_get(vim.g, "ffi_lsp", "always") or M.mentions_bindings(bufnr) then
    start()
    return
  end
  local group = vim.api.nvim_create_augroup("ffi_lsp.activation." .. bufnr, {})
  vim.api.nvim_create_autocmd({ "InsertLeave", "TextChanged", "BufWritePost" }, {
    group = group,
    buffer = bufnr,
    desc = "ffi-lsp: start once this file has native bindings",
    callback = function()
      if not vim.lsp.is_enabled("ffi_lsp") then
        vim.api.nvim_del_augroup_by_id(group)
      elseif M.mentions_bindings(bufnr) then
        vim.api.nvim_del_augroup_by_id(group)
        start()
      end
    end,
  })
end

return M
