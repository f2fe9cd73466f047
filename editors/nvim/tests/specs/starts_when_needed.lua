-- No server for JavaScript without native bindings; the first one typed brings it.
local t = require("harness")

t.enable()
vim.fn.writefile({ "export const answer = 42;" }, vim.env.WORKSPACE .. "/plain.ts")
local buffer = t.open("plain.ts")
vim.wait(300)
t.equal(0, #vim.lsp.get_clients(), "servers for a file without bindings")
vim.api.nvim_buf_set_lines(buffer, 1, 1, false, {
  'const { cos } = Deno.dlopen("libm.so.6", { cos: { parameters: ["double"], result: "f64" } }).symbols;',
})
vim.api.nvim_exec_autocmds("TextChanged", { buffer = buffer })
t.client(buffer)
t.diagnostic(buffer, "FFI101")
