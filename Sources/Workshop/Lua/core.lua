-- What the test library stands on: the door to the show, failures, answers.
--
-- Functions and methods at the beginning of a line that have comments with three dashes are what authors see; their
-- editors are told of them from here. Everything else is how it works.

local core = {
  door = nil,                   -- the host functions, while a test runs
  turn = nil,                   -- answers that wait for the end of `show:together`
  ANSWER = "\0answer",          -- where an answer, or a screen, keeps what it is
}
local ANSWER = core.ANSWER
local unchecked = {}            -- refused answers that nobody has looked at
local faults_known, faults_seen = 0, 0

-- MARK: Places and failures

-- The innermost line of the author's, such as "tests/guess.lua:12".
local function place()
  for level = 2, 40 do
    local _, where = pcall(error, "", level)
    if where ~= "" and not where:find("^playhouse/") then return (where:gsub(": $", "")) end
  end
  return "?"
end

local function shown(value, indent)
  indent = indent or ""
  if type(value) == "string" then return string.format("%q", value):gsub("\\\n", "\\n") end
  if type(value) ~= "table" then return tostring(value) end
  if value[ANSWER] then value = value[ANSWER] end
  local parts, length, next_index = {}, 0, 1
  for key, item in pairs(value) do
    if key == ANSWER then goto next end
    local text = shown(item, indent .. "  ")
    if key == next_index then
      next_index = next_index + 1
    elseif type(key) == "string" and key:find("^[%a_][%w_]*$") then
      text = key .. " = " .. text
    else
      text = "[" .. shown(key) .. "] = " .. text
    end
    parts[#parts + 1], length = text, length + #text + 2
    ::next::
  end
  if #parts == 0 then return "{}" end
  if length + #indent <= 90 then return "{ " .. table.concat(parts, ", ") .. " }" end
  return "{\n" .. indent .. "  " .. table.concat(parts, ",\n" .. indent .. "  ") .. "\n" .. indent .. "}"
end

-- Ends the test. `fields` may have expected, actual, details (lines), where, and a signature: what stays the same
-- when the same thing goes wrong with other values.
local function fail(kind, message, fields)
  fields = fields or {}
  fields.kind, fields.message, fields.where = kind, message, fields.where or place()
  core.door.fail(fields)
  error(fields.where .. ": " .. message, 0)
end

local function misuse(message) fail("use", message) end

-- What was refused or went wrong must have been looked at before anything else is done.
local function settle_accounts()
  local refused = unchecked[1]
  if refused then
    unchecked = {}
    local data = refused[ANSWER]
    fail("refused", data.what .. " was refused with " .. tostring(data.error), {
      where = data.where,
      details = {
        tostring(data.message),
        "if that is meant, say so: expect(...):is_refused(\"" .. tostring(data.error) .. "\")",
      },
    })
  end
  if faults_known > faults_seen then
    faults_seen = faults_known
    local faults = core.door.look("faults", {}).value
    local fault = faults[#faults]
    fail("fault", "the plugin failed in " .. tostring(fault.hook) .. ": " .. tostring(fault.message), {
      details = { tostring(fault.trace), "if that is meant, look at it: show:faults()" },
    })
  end
end

local function look(what, fields)
  settle_accounts()
  local found = core.door.look(what, fields or {})
  if found.problem then misuse(found.problem) end
  return found.value
end

-- MARK: Answers

---What somebody was answered. A refusal that the test does not look at fails it.
---@class Answer
---@field ok boolean Whether it was taken.
---@field error string? The code of the refusal, such as `"LATE"`; `"LOST"` when the server died before it answered.
---@field message string? What the refusal says.
---@field value any The recorded value.
---@field position integer? Its place in the log, among all answers.
---@field retry_after number? Seconds after which to try again.
local Answer = {}

local function check(answer)
  local data = rawget(answer, ANSWER)
  if not data.checked then
    data.checked = true
    for index, other in ipairs(unchecked) do
      if rawequal(other, answer) then table.remove(unchecked, index) break end
    end
    faults_seen = math.max(faults_seen, data.faults or 0)
  end
  return data
end

local answer_rules = {
  __index = function(answer, field)
    local data = check(answer)
    if field == ANSWER then return data end
    if data.is_open then misuse("the answer is known after show:together(...)") end
    return data[field]
  end,
  __newindex = function() misuse("an answer cannot be changed") end,
}

local function fill(answer, found)
  local data = rawget(answer, ANSWER)
  data.is_open = nil
  for name, value in pairs(found) do data[name] = value end
  data.faults = faults_known
  if data.ok == false then unchecked[#unchecked + 1] = answer end
end

local function perform(kind, fields, what)
  settle_accounts()
  local found = core.door.perform(kind, fields or {})
  if found.problem then misuse(found.problem) end
  faults_known = found.faults or faults_known
  local answer = setmetatable({ [ANSWER] = { what = what, where = place() } }, answer_rules)
  local data = rawget(answer, ANSWER)
  if found.dropped then
    -- One of the events that are left out to find the shortest list that fails.
    data.ok, data.dropped, data.checked = true, true, true
  elseif found.waits then
    data.is_open = true
    core.turn[#core.turn + 1] = { answer = answer, request = found.waits }
  elseif found.answer then
    fill(answer, found.answer)
  else
    data.ok = true
  end
  return answer
end

-- The test has looked at every fault.
local function see_faults() faults_seen = faults_known end

-- Takes note of what the show tells after a deed.
local function note(found) faults_known = found.faults or faults_known end

core.place, core.shown, core.fail, core.misuse = place, shown, fail, misuse
core.settle_accounts, core.look, core.perform = settle_accounts, look, perform
core.check, core.fill, core.see_faults, core.note = check, fill, see_faults, note
core.answer_rules = answer_rules

return core
