-- Each mistake of the example is shown, and goes when it is mended.
local t = require("harness")

t.enable()
local buffer = t.open("mistakes.porf.ts")
t.client(buffer)
local found = t.diagnostic(buffer, "FFI201")
t.contains(found.message, "sqlite3_step", "the nearest name")
t.equal("ffi", found.source, "the source")
t.equal(t.cursor_on("sqlite3_stepp: {"), found.lnum, "the line of the mistake")
vim.api.nvim_set_current_line((vim.api.nvim_get_current_line():gsub("sqlite3_stepp", "sqlite3_step")))
t.eventually("the diagnostic is gone", function()
  return not vim.iter(vim.diagnostic.get(buffer)):any(function(each)
    return each.lnum == found.lnum
  end)
end)
