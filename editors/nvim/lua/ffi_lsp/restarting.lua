-- A server that ends by itself is started again for its buffers, a few times and not for ever; the person is told of each.

local M = {}

--- How many crashes are forgiven, and the milliseconds after which one is forgotten.
M.FORGIVEN = 3
M.MEMORY = 180000

local crashes = {}

--- Note a crash; whether the server is to be started again.
---@param now integer milliseconds
---@return boolean
function M.forgives(now)
  crashes = vim
    .iter(crashes)
    :filter(function(time)
      return now - time <= M.MEMORY
    end)
    :totable()
  table.insert(crashes, now)
  return #crashes <= M.FORGIVEN
end

local function say(message)
  vim.notify("ffi-lsp: " .. message, vim.log.levels.WARN)
end

--- Starts a server like the one before as soon as Neovim has let go of that one; else it would be taken for running.
local function start_again(client, buffers)
  if vim.v.exiting ~= vim.NIL or not vim.lsp.is_enabled("ffi_lsp") then
    return
  end
  if vim.lsp.get_client_by_id(client.id) ~= nil then
    vim.schedule(function()
      start_again(client, buffers)
    end)
    return
  end
  if not M.forgives(vim.uv.now()) then
    local times = "the server ended by itself %d times within three minutes and is left alone; :edit starts it again"
    say(times:format(M.FORGIVEN + 1))
    return
  end
  for _, bufnr in ipairs(buffers) do
    if vim.api.nvim_buf_is_loaded(bufnr) then
      vim.lsp.start(client.config, { bufnr = bufnr })
    end
  end
  say("the server ended by itself and was started again; :FfiHealth and the log tell more")
end

--- Clients that were told to stop. A server that is told so may end with the exit code of one that broke.
local told_to_stop = {}

--- Hear of it when a client is told to stop, by whomever.
---@param client vim.lsp.Client
function M.watch(client)
  if told_to_stop[client.id] ~= nil then
    return
  end
  told_to_stop[client.id] = false
  local stop = client.stop
  client.stop = function(...)
    told_to_stop[client.id] = true
    return stop(...)
  end
end

--- For `on_exit` of a client.
---@param code integer
---@param signal integer
---@param client_id integer
function M.on_exit(code, signal, client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  local buffers = client and vim.tbl_keys(client.attached_buffers) or {}
  if #buffers == 0 or told_to_stop[client_id] or (code == 0 and signal == 0) then
    return
  end
  vim.schedule(function()
    start_again(client, buffers)
  end)
end

return M
