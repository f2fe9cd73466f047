-- Commands, lenses, hints and progress for the server `ffi_lsp`; which server that is, stands in lsp/ffi_lsp.lua.

if vim.g.loaded_ffi_lsp then
  return
end
vim.g.loaded_ffi_lsp = true

-- Said in the vocabulary of the oldest Neovim that can read this file; `vim.lsp.config` came with 0.11.
if vim.fn.has("nvim-0.11") == 0 then
  local version = vim.version()
  vim.api.nvim_echo({
    {
      string.format(
        "ffi-lsp: this plugin needs Neovim 0.11 or newer, and this is %d.%d.%d. Nothing was set up.",
        version.major,
        version.minor,
        version.patch
      ),
      "ErrorMsg",
    },
  }, true, {})
  return
end

local group = vim.api.nvim_create_augroup("ffi_lsp", {})

local function is_ours(client_id)
  local client = vim.lsp.get_client_by_id(client_id)
  return client ~= nil and client.name == "ffi_lsp"
end

vim.api.nvim_create_autocmd("LspAttach", {
  group = group,
  desc = "ffi-lsp: keep lenses and hints of this buffer up to date",
  callback = function(event)
    if is_ours(event.data.client_id) then
      require("ffi_lsp.attach").attach(event.buf, event.data.client_id)
    end
  end,
})

vim.api.nvim_create_autocmd("FileType", {
  group = group,
  desc = "ffi-lsp: say where the server is missing",
  callback = function(event)
    local config = vim.lsp.config.ffi_lsp
    if config ~= nil and vim.tbl_contains(config.filetypes or {}, event.match) then
      require("ffi_lsp.activation").tell_of_missing_program(event.buf)
    end
  end,
})

vim.api.nvim_create_autocmd("LspProgress", {
  group = group,
  desc = "ffi-lsp: show the progress of runs",
  callback = function(event)
    if is_ours(event.data.client_id) then
      require("ffi_lsp.progress").show(event.data.params.value)
    end
  end,
})

local function command(name, description, call)
  vim.api.nvim_create_user_command(name, call, { desc = "ffi-lsp: " .. description })
end

command("FfiRun", "call the function under the cursor once, in a confined child process", function()
  require("ffi_lsp").run()
end)
command("FfiBench", "time the function under the cursor, in a confined child process", function()
  require("ffi_lsp").bench()
end)
command("FfiReport", "open the report of the last run", function()
  require("ffi_lsp").report()
end)
command("FfiCancel", "end the runs that are under way", function()
  require("ffi_lsp").cancel()
end)
command("FfiForget", "forget which libraries of this workspace may run", function()
  require("ffi_lsp").forget_consent()
end)
command("FfiHealth", "check the installation", function()
  vim.cmd.checkhealth("ffi_lsp")
end)
