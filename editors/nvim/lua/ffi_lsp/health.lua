-- :checkhealth ffi_lsp

local M = {}

local function first_line(text)
  return vim.trim(text or ""):match("[^\n]*")
end

--- What a command prints, or nil and why not.
---@param words string[]
---@return string?, string?
local function output_of(words)
  local started, process = pcall(vim.system, words, { text = true, timeout = 10000 })
  if not started then
    return nil, tostring(process)
  end
  local done = process:wait()
  if done.code ~= 0 then
    return nil, ("%s exited with %d: %s"):format(words[1], done.code, first_line(done.stderr))
  end
  return done.stdout
end

local function check_neovim()
  local version = tostring(vim.version())
  if vim.fn.has("nvim-0.11") == 1 then
    vim.health.ok("Neovim " .. version)
  else
    vim.health.error("Neovim " .. version .. "; 0.11 or newer is needed")
  end
end

local function check_server()
  local command = vim.lsp.config.ffi_lsp and vim.lsp.config.ffi_lsp.cmd
  if type(command) ~= "table" then
    vim.health.info("the server is started by a function of your configuration")
    return
  end
  local program = command[1]
  if require("ffi_lsp.activation").missing_program() ~= nil then
    vim.health.error(("%s is not on your PATH"):format(program), {
      "install it: pip install ffi-lsp (or pipx, or uv tool install)",
      "or name it: vim.lsp.config('ffi_lsp', { cmd = { '/path/to/ffi-lsp' } })",
    })
    return
  end
  local version, trouble = output_of({ program, "--version" })
  if version == nil then
    vim.health.error(trouble, { "run it in a terminal: " .. program .. " --version" })
    return
  end
  vim.health.ok(("%s (%s)"):format(first_line(version), vim.fn.exepath(program)))
end

local function check_activation()
  if not vim.lsp.is_enabled("ffi_lsp") then
    vim.health.warn("the server is not enabled", { "put vim.lsp.enable('ffi_lsp') into your configuration" })
    return
  end
  vim.health.ok("enabled")
  local clients = vim.lsp.get_clients({ name = "ffi_lsp" })
  if #clients == 0 and require("ffi_lsp.activation").missing_program() == nil then
    vim.health.info("not running: no file with native bindings has been opened")
  end
  for _, client in ipairs(clients) do
    local buffers = #vim.tbl_keys(client.attached_buffers)
    vim.health.ok(
      ("running in %s, %d file%s"):format(client.root_dir or "no folder", buffers, buffers == 1 and "" or "s")
    )
  end
end

local function check_headers()
  local found = vim.fn.glob("/usr/include/*.h", true, true)
  if vim.fn.has("linux") == 1 and #found == 0 then
    vim.health.warn("no C headers in /usr/include: declarations are compared with libraries only", {
      "install the -dev package of a library to have its C prototypes compared as well",
    })
  end
end

function M.check()
  vim.health.start("ffi-lsp")
  check_neovim()
  check_server()
  check_activation()
  check_headers()
end

return M
