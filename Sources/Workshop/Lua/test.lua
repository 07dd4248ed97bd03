-- What behaviour tests are written with: `given`, `before`, `test`, and from other files `expect` and the show.
local core = require "playhouse.core"
local people = require "playhouse.show"
require "playhouse.expect"

local tests, declared = {}, {}
local given_of_file, before_of_file = {}, {}

---Says what every show of this file begins with.
---@param plan { config?: table, pools?: table<string, integer>, products?: { id: string, price: integer, title?: table<string, string>, currency?: string }[], slow?: integer, blocked?: string }
function given(plan)
  for name, value in pairs(plan) do given_of_file[name] = value end
end

---Says what happens before every test of this file.
---@param body fun(show: Show)
function before(body) before_of_file[#before_of_file + 1] = body end

local function declare(name, options, body, skipped)
  if type(options) == "function" then options, body = nil, options end
  if type(name) ~= "string" or name == "" then error("a test needs a name", 3) end
  if declared[name] then error("there are two tests \"" .. name .. "\"", 3) end
  if not skipped and type(body) ~= "function" then error("a test needs a function(show) ... end", 3) end
  declared[name] = true
  tests[#tests + 1] = { name = name, where = core.place(), options = options, body = body, skipped = skipped }
end

---@class TestFunction
---@overload fun(name: string, body: fun(show: Show))
---@overload fun(name: string, plan: table, body: fun(show: Show))
test = {}

---Leaves a test out, and says so in the report.
---@param name string
---@param ... any The test as it was.
function test.skip(name, ...) declare(name, nil, nil, true) end

setmetatable(test, { __call = function(_, name, options, body) declare(name, options, body) end })

local hooks = {}

function hooks.on_list(room)
  local list = {}
  for index, item in ipairs(tests) do
    list[index] = { name = item.name, where = item.where, skipped = item.skipped }
  end
  room.declare({ tests = list })
end

-- Members of both; those of a test before those of its file.
local function merged(general, special)
  local plan = {}
  for name, value in pairs(general) do plan[name] = value end
  for name, value in pairs(special or {}) do
    if name == "config" and type(plan.config) == "table" then
      local config = {}
      for key, item in pairs(plan.config) do config[key] = item end
      for key, item in pairs(value) do config[key] = item end
      plan.config = config
    else
      plan[name] = value
    end
  end
  return plan
end

function hooks.on_run(room, index)
  core.door = room
  local item = tests[index]
  local found = core.door.perform("open", merged(given_of_file, item.options))
  if found.problem then core.fail("use", found.problem, { where = item.where }) end
  local show = people.begin()
  core.door.perform("arrive", {})
  for _, body in ipairs(before_of_file) do body(show) end
  item.body(show)
  core.settle_accounts()
end

return hooks
