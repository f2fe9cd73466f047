-- :FfiReport opens the report of the last run, as a document.
local t = require("harness")

t.answer_questions_with("Run once")
local shown = t.record_messages()
t.enable()
local buffer = t.open("math.porf.ts")
t.client(buffer)
t.cursor_on("ilogbf64:")
vim.cmd.FfiBench()
t.eventually("the result", function()
  return #shown > 0
end)
vim.cmd.FfiReport()
local lines = t.eventually("a Markdown document", function()
  for _, number in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(number):match("%.md$") and vim.api.nvim_buf_is_loaded(number) then
      return vim.api.nvim_buf_get_lines(number, 0, -1, false)
    end
  end
end)
t.contains(table.concat(lines, "\n"), "ilogbf64", "the report")
t.contains(table.concat(lines, "\n"), "median", "the report")
