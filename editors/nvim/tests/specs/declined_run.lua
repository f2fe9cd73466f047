-- A person who says no has nothing run.
local t = require("harness")

local questions = t.answer_questions_with("no such choice")
t.enable()
local buffer = t.open("math.porf.ts")
local client = t.client(buffer)
t.cursor_on("ilogbf64:")
local status
local exec_cmd = client.exec_cmd
client.exec_cmd = function(self, command, context, handler)
  exec_cmd(self, command, context, function(failure, answer)
    status = answer and answer.status or failure.message
    handler(failure, answer)
  end)
end
vim.cmd.FfiRun()
t.eventually("an answer", function()
  return status
end)
t.equal("declined", status, "the status")
t.equal(1, #questions, "how often the person was asked")
