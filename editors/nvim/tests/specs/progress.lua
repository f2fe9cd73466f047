-- The words for progress: the title stays while steps pass, and the end leaves nothing behind.
local t = require("harness")

local words = require("ffi_lsp.progress").words
t.equal("ffi-lsp: Timing cos", words({ kind = "begin", title = "Timing cos" }), "begin")
t.equal(
  "ffi-lsp: Timing cos · warming up · 10 %",
  words({ kind = "report", message = "warming up", percentage = 10 }),
  "report"
)
t.equal(nil, words({ kind = "end" }), "end")
