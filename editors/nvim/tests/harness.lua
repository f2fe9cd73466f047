-- What the specs share: a Neovim with the plugin and nothing else, waiting for conditions, and the answer as an exit code.

local M = {}

local limit = 30000

--- Wait until `condition` holds; its value, or an error that names what was waited for.
function M.eventually(what, condition)
  local value
  local held = vim.wait(limit, function()
    value = condition()
    return value ~= nil and value ~= false
  end, 20)
  if not held then
    error(("waited in vain: %s\nmessages: %s"):format(what, vim.fn.execute("messages")), 2)
  end
  return value
end

function M.equal(expected, found, what)
  if not vim.deep_equal(expected, found) then
    error(("%s: expected %s, found %s"):format(what, vim.inspect(expected), vim.inspect(found)), 2)
  end
end

function M.contains(text, part, what)
  if not (text or ""):find(part, 1, true) then
    error(("%s: %q is not in %s"):format(what, part, vim.inspect(text)), 2)
  end
end

--- Open a file of the folder of examples as a person does, with the server enabled.
function M.open(name)
  vim.cmd("filetype on") -- `nvim -l` leaves it off
  vim.cmd.edit(vim.env.WORKSPACE .. "/" .. name)
  return vim.api.nvim_get_current_buf()
end

function M.enable(settings)
  vim.lsp.config("ffi_lsp", vim.tbl_deep_extend("force", { cmd = { vim.env.SERVER } }, settings or {}))
  vim.lsp.enable("ffi_lsp")
end

function M.client(bufnr)
  return M.eventually("the server is attached", function()
    local client = vim.lsp.get_clients({ bufnr = bufnr, name = "ffi_lsp" })[1]
    return client and client.initialized and client
  end)
end

--- The diagnostic of that code in the buffer.
function M.diagnostic(bufnr, code)
  return M.eventually("a diagnostic " .. code, function()
    return vim.iter(vim.diagnostic.get(bufnr)):find(function(each)
      return each.code == code
    end)
  end)
end

--- Put the cursor on the first place of `text`, `offset` bytes into it.
function M.cursor_on(text, offset)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local column = line:find(text, 1, true)
    if column then
      vim.api.nvim_win_set_cursor(0, { number, column - 1 + (offset or 0) })
      return number - 1
    end
  end
  error(("%q does not stand in the buffer"):format(text), 2)
end

--- The text of the floating window, once there is one.
function M.float()
  return M.eventually("a floating window", function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= "" then
        return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), "\n")
      end
    end
  end)
end

--- Answer each question that the editor asks with the choice whose title begins so; the questions are recorded.
function M.answer_questions_with(title)
  local questions = {}
  vim.ui.select = function(items, options, choose)
    table.insert(questions, options.prompt)
    for index, item in ipairs(items) do
      local words = options.format_item and options.format_item(item) or tostring(item)
      if vim.startswith(words, title) then
        choose(item, index)
        return
      end
    end
    choose(nil, nil)
  end
  return questions
end

--- Record what is shown to the person.
function M.record_messages()
  local shown = {}
  vim.lsp.handlers["window/showMessage"] = function(_, result)
    table.insert(shown, result.message)
  end
  local notify = vim.notify
  vim.notify = function(message, ...)
    table.insert(shown, message)
    return notify(message, ...)
  end
  return shown
end

--- End all servers, and Neovim; a server that does not end is a failure.
function M.finish()
  vim.lsp.stop_client(vim.lsp.get_clients())
  M.eventually("all servers ended", function()
    return #vim.lsp.get_clients() == 0
  end)
end

return M
