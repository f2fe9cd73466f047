-- The server for `vim.lsp.enable('ffi_lsp')`. What stands here is merged with what `vim.lsp.config('ffi_lsp', ...)` says.

---@type vim.lsp.Config
return {
  cmd = { "ffi-lsp" },
  filetypes = {
    "javascript",
    "javascriptreact",
    "typescript",
    "typescriptreact",
    "vue",
    "svelte",
    "astro",
    "html",
  },
  -- Called for each file of those types; the server starts with the first that speaks of native bindings.
  root_dir = function(bufnr, on_dir)
    require("ffi_lsp.activation").when_needed(bufnr, function()
      on_dir(require("ffi_lsp.activation").root(bufnr))
    end)
  end,
  on_exit = function(...)
    require("ffi_lsp.restarting").on_exit(...)
  end,
  settings = { ffi = vim.empty_dict() },
}
