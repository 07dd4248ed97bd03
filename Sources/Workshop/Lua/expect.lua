-- What a test has an opinion about.
local core = require "playhouse.core"
local people = require "playhouse.show"
local fail, misuse, shown, ANSWER = core.fail, core.misuse, core.shown, core.ANSWER

---Something that a test has an opinion about.
---@class Expectation
local Expectation = {}
Expectation.__index = Expectation

local function same(one, other)
  if rawequal(one, other) then return true end
  if type(one) ~= "table" or type(other) ~= "table" then return one == other end
  for key, value in pairs(one) do
    if key ~= ANSWER and not same(value, other[key]) then return false end
  end
  for key in pairs(other) do
    if key ~= ANSWER and one[key] == nil then return false end
  end
  return true
end

-- Whether everything that `part` says holds for `whole`.
local function fits(whole, part)
  if type(part) ~= "table" then return whole == part end
  if type(whole) ~= "table" then return false end
  for key, value in pairs(part) do
    if not fits(whole[key], value) then return false end
  end
  return true
end

local function is_dropped(self)
  return type(self.actual) == "table" and self.is_answer and rawget(self.actual, ANSWER).dropped
end

local function disagree(self, message, expected, details)
  fail("expectation", message, {
    expected = expected, actual = not self.is_screen and shown(self.actual) or nil, details = details,
    signature = type(self.actual),
  })
end

---Is equal, tables by what is in them.
---@param expected any
function Expectation:equals(expected)
  if is_dropped(self) or same(self.actual, expected) then return end
  disagree(self, "expected to be equal", shown(expected))
end

---Is not equal.
---@param other any
function Expectation:differs_from(other)
  if is_dropped(self) or not same(self.actual, other) then return end
  disagree(self, "expected to differ", "anything but " .. shown(other))
end

---Is nil.
function Expectation:is_nil()
  if self.actual ~= nil then disagree(self, "expected nothing", "nil") end
end

---Is neither nil nor false.
function Expectation:is_there()
  if not self.actual then disagree(self, "expected something", "anything but nil and false") end
end

---Is a number between two others, or equal to one of them.
---@param low number
---@param high number
function Expectation:is_between(low, high)
  local actual = self.actual
  if type(actual) ~= "number" or actual < low or actual > high then
    disagree(self, "expected a number in a range", tostring(low) .. " to " .. tostring(high))
  end
end

---Has so many elements, or characters.
---@param count integer
function Expectation:has_length(count)
  local actual = self.actual
  local length = type(actual) == "string" and utf8.len(actual) or type(actual) == "table" and #actual or nil
  if length ~= count then disagree(self, "expected a length of " .. tostring(count), "length " .. tostring(count)) end
end

local function contains(actual, part)
  if type(actual) == "string" then return actual:find(part, 1, true) ~= nil end
  if type(actual) ~= "table" then return false end
  if type(part) == "table" and fits(actual, part) then return true end
  for key, value in pairs(actual) do
    if key ~= ANSWER and fits(value, part) then return true end
  end
  return false
end

---Holds a text, an element, or a table with these fields.
---@param part any
function Expectation:contains(part)
  if not contains(self.actual, part) then disagree(self, "expected to contain", shown(part)) end
end

---Does not hold a text, an element, or a table with these fields.
---@param part any
function Expectation:lacks(part)
  if contains(self.actual, part) then disagree(self, "expected not to contain", "without " .. shown(part)) end
end

---Is a text that a Lua pattern finds something in.
---@param pattern string
function Expectation:matches(pattern)
  if type(self.actual) ~= "string" or not self.actual:find(pattern) then
    disagree(self, "expected a text that matches", pattern)
  end
end

---Is an answer that was taken.
---@param fields? table What the answer must have, such as `{ position = 1 }`.
function Expectation:is_accepted(fields)
  if not self.is_answer then misuse("expect(...):is_accepted needs an answer, such as ana:enter(...)") end
  if is_dropped(self) then return end
  local data = rawget(self.actual, ANSWER)
  if data.is_open then misuse("the answer is known after show:together(...)") end
  if not data.ok or (fields and not fits(data, fields)) then
    fail("expectation", data.what .. " was expected to be taken", {
      signature = data.ok and "taken" or data.error,
      expected = fields and shown(fields) or "an answer that is taken",
      actual = data.ok and shown({ value = data.value, position = data.position })
        or data.error .. ": " .. tostring(data.message),
    })
  end
end

---Is an answer that was refused.
---@param code string Such as `"LATE"`.
---@param fields? table What the answer must have besides, such as `{ value = 4900 }`.
function Expectation:is_refused(code, fields)
  if not self.is_answer then misuse("expect(...):is_refused needs an answer, such as ana:enter(...)") end
  if is_dropped(self) then return end
  local data = rawget(self.actual, ANSWER)
  if data.is_open then misuse("the answer is known after show:together(...)") end
  if data.ok or data.error ~= code or (fields and not fits(data, fields)) then
    fail("expectation", data.what .. " was expected to be refused", {
      signature = data.ok and "taken" or data.error,
      expected = code .. (fields and " " .. shown(fields) or ""),
      actual = data.ok and "it was taken" or data.error .. ": " .. tostring(data.message)
        .. (data.value ~= nil and " " .. shown(data.value) or ""),
    })
  end
end

local function elements_that_show(screen, what, fields)
  return people.first(screen, function(element)
    if type(what) == "table" then return fits(element, what) end
    return people.is_called(element, what)
      and (not fields or fits(element, fields) or fits(element.args or {}, fields))
  end) ~= nil
end

local function screen_of(self)
  local actual = self.actual
  if type(actual) == "table" and getmetatable(actual) == people.Guest then actual = actual:screen() end
  if type(actual) ~= "table" or getmetatable(actual) ~= people.Screen then
    misuse("expect(...):shows and :hides need somebody in the room, or what ana:screen() returns")
  end
  self.is_screen = true
  return actual
end

---Is somebody, or a screen, that shows an element.
---@param what string|table Its kind, id, text or label; or a table of fields that it must have.
---@param fields? table Fields or arguments that it must have besides.
function Expectation:shows(what, fields)
  local screen = screen_of(self)
  if elements_that_show(screen, what, fields) then return end
  disagree(self, "expected on the screen: " .. shown(what) .. (fields and " with " .. shown(fields) or ""), nil,
    screen:lines())
end

---Is somebody, or a screen, that shows no such element.
---@param what string|table Its kind, id, text or label; or a table of fields that it must not have.
---@param fields? table Fields or arguments.
function Expectation:hides(what, fields)
  local screen = screen_of(self)
  if not elements_that_show(screen, what, fields) then return end
  disagree(self, "expected not to be on the screen: " .. shown(what) .. (fields and " with " .. shown(fields) or ""),
    nil, screen:lines())
end

---Is a function that fails with a message that a pattern finds something in.
---@param pattern? string
function Expectation:fails(pattern)
  local ok, message = pcall(self.actual)
  if ok then disagree(self, "expected to fail", pattern or "an error") end
  if pattern and not tostring(message):find(pattern) then
    self.actual = message
    disagree(self, "expected to fail otherwise", pattern)
  end
end

---Says what is expected of a value, an answer, or somebody in the room.
---@param actual any
---@return Expectation
function expect(actual)
  local expectation = setmetatable({ actual = actual }, Expectation)
  if type(actual) == "table" and getmetatable(actual) == core.answer_rules then
    expectation.is_answer = true
    core.check(actual)
  end
  core.settle_accounts()
  return expectation
end
