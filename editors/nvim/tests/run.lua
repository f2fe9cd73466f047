-- nvim --headless --clean -l run.lua SPEC: run one spec in a Neovim of its own; the exit code says how it ended.

local folder = vim.fs.dirname(vim.fs.abspath(arg[0]))
vim.opt.runtimepath:prepend(vim.fs.dirname(folder))
package.path = folder .. "/?.lua;" .. package.path
vim.cmd.runtime("plugin/ffi_lsp.lua")

local ok, trouble = xpcall(function()
  dofile(arg[1])
  require("harness").finish()
end, debug.traceback)
if not ok then
  io.stderr:write(trouble, "\n")
end
os.exit(ok and 0 or 1)
