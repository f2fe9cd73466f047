-- What the commands do. Each talks to the server of the current buffer; runs happen in the server's confined child process.

local M = {}

local function say(message, level)
  vim.notify("ffi-lsp: " .. message, level or vim.log.levels.INFO)
end

--- The server of a buffer, or nil after saying why there is none.
---@param bufnr integer
---@return vim.lsp.Client?
local function client_of(bufnr)
  local client = vim.lsp.get_clients({ bufnr = bufnr, name = "ffi_lsp" })[1]
  if client == nil then
    if not vim.lsp.is_enabled("ffi_lsp") then
      say("the server is not enabled; put vim.lsp.enable('ffi_lsp') into your configuration", vim.log.levels.WARN)
    elseif require("ffi_lsp.activation").missing_program() ~= nil then
      say("the server is not on your PATH; :FfiHealth tells what to do", vim.log.levels.WARN)
    else
      say("no server is attached to this buffer; it starts with the first native binding (:FfiHealth tells more)")
    end
  end
  return client
end

--- Execute a server's command; what it answers goes to `done`, what it refuses is shown.
---@param client vim.lsp.Client
---@param name string
---@param argument table?
---@param done fun(answer: table)?
local function execute(client, name, argument, done)
  local command = { title = name, command = name, arguments = argument and { argument } or nil }
  client:exec_cmd(command, { bufnr = vim.api.nvim_get_current_buf() }, function(failure, answer)
    if failure ~= nil then
      say(failure.message, vim.log.levels.ERROR)
    elseif done ~= nil then
      done(answer)
    end
  end)
end

--- How far a lens is from a line; a lens below it is no choice, since a declaration stands at or above the cursor.
local function distance(lens, line)
  local above = line - lens.range.start.line
  return above >= 0 and above or math.huge
end

--- The run lens nearest to the cursor: in its line, or else above it.
---@param lenses lsp.CodeLens[]
---@param line integer from 0
---@return lsp.CodeLens?
function M.nearest(lenses, line)
  local best
  for _, lens in ipairs(lenses) do
    local command = lens.command and lens.command.command or lens.data and lens.data.command
    if command == "ffi.quickRun" and distance(lens, line) < math.huge then
      if best == nil or distance(lens, line) < distance(best, line) then
        best = lens
      end
    end
  end
  return best
end

---@param mode "run"|"benchmark"
local function run_at_cursor(mode)
  local bufnr = vim.api.nvim_get_current_buf()
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  local client = client_of(bufnr)
  if client == nil then
    return
  end
  local params = { textDocument = vim.lsp.util.make_text_document_params(bufnr) }
  client:request("textDocument/codeLens", params, function(failure, lenses)
    if failure ~= nil then
      say(failure.message, vim.log.levels.ERROR)
      return
    end
    local lens = M.nearest(lenses or {}, line)
    if lens == nil then
      say("no declaration stands at or above the cursor", vim.log.levels.WARN)
      return
    end
    local function start(resolved)
      local argument = vim.tbl_extend("force", resolved.command.arguments[1], { mode = mode })
      execute(client, "ffi.quickRun", argument)
    end
    if lens.command ~= nil then
      start(lens)
      return
    end
    client:request("codeLens/resolve", lens, function(_, resolved)
      if resolved and resolved.command then
        start(resolved)
      end
    end, bufnr)
  end, bufnr)
end

--- Call the function under the cursor once.
function M.run()
  run_at_cursor("run")
end

--- Time the function under the cursor.
function M.bench()
  run_at_cursor("benchmark")
end

--- Open the report of this file's last run.
function M.report()
  local client = client_of(0)
  if client ~= nil then
    execute(client, "ffi.showReport", { uri = vim.uri_from_bufnr(0) })
  end
end

--- End the runs that are under way.
function M.cancel()
  local client = client_of(0)
  if client ~= nil then
    execute(client, "ffi.cancelRun", vim.empty_dict(), function(answer)
      say(answer.cancelled == 0 and "nothing was running" or ("cancelled: " .. answer.cancelled))
    end)
  end
end

--- Forget which libraries of this workspace may run, so that the next run asks again.
function M.forget_consent()
  local client = client_of(0)
  if client ~= nil then
    execute(client, "ffi.resetConsent", vim.empty_dict())
  end
end

return M
