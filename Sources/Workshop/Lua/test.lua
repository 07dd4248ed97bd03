-- What behaviour tests are written with: `given`, `before`, `test`, `expect`.
--
-- Functions and methods at the beginning of a line, with the comments above them, are what authors see; their
-- editors are told of them from here. Everything else is how it works.

local door                      -- the host functions, while a test runs
local tests, declared = {}, {}
local given_of_file, before_of_file = {}, {}
local show_of_test
local unchecked = {}            -- refused answers that nobody has looked at
local faults_known, faults_seen = 0, 0
local turn                      -- answers that wait for the end of `show:together`
local ANSWER = "\0answer"       -- where an answer, or a screen, keeps what it is

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
  door.fail(fields)
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
    local faults = door.look("faults", {}).value
    local fault = faults[#faults]
    fail("fault", "the plugin failed in " .. tostring(fault.hook) .. ": " .. tostring(fault.message), {
      details = { tostring(fault.trace), "if that is meant, look at it: show:faults()" },
    })
  end
end

local function look(what, fields)
  settle_accounts()
  local found = door.look(what, fields or {})
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
  local found = door.perform(kind, fields or {})
  if found.problem then misuse(found.problem) end
  faults_known = found.faults or faults_known
  local answer = setmetatable({ [ANSWER] = { what = what, where = place() } }, answer_rules)
  local data = rawget(answer, ANSWER)
  if found.dropped then
    -- One of the events that are left out to find the shortest list that fails.
    data.ok, data.dropped, data.checked = true, true, true
  elseif found.waits then
    data.is_open = true
    turn[#turn + 1] = { answer = answer, request = found.waits }
  elseif found.answer then
    fill(answer, found.answer)
  else
    data.ok = true
  end
  return answer
end

-- MARK: Panels

---What somebody sees on a panel: a list of elements, each with `kind`, `id`, `text`, `label`, `value`, `locked` and what else it
---has.
---@class Screen
---@field [integer] table<string, any>
local Screen = {}
Screen.__index = Screen

---Finds the first element whose kind, id, text or label is this.
---@param what string
---@return table<string, any>? # Nil when there is none.
function Screen:find(what)
  for _, element in ipairs(self) do
    if element.kind == what or element.id == what or element.text == what or element.label == what then
      return element
    end
  end
end

---Tells what it reads like, one line an element.
---@param locale? string `"en"` unless given.
---@return string[]
function Screen:lines(locale)
  local about = rawget(self, ANSWER)
  return look("lines", { device = about.device, surface = about.surface, locale = locale or "en" })
end

-- MARK: People

---Somebody in the room, on one device.
---@class Guest
---@field user string
---@field name string
---@field role "viewer"|"host"|"operator"
local Guest = {}
Guest.__index = Guest

local function guest(device, user, name, role)
  return setmetatable({ id = device, user = user, name = name, role = role }, Guest)
end

local function called(self, deed, ...)
  local parts = {}
  for index = 1, select("#", ...) do
    local value = select(index, ...)
    if value ~= nil then parts[#parts + 1] = shown(value) end
  end
  return self.id .. ":" .. deed .. "(" .. table.concat(parts, ", ") .. ")"
end

---Uses an input of a panel.
---@param name string The element's id.
---@param value any What the element yields; nothing for a button.
---@return Answer
function Guest:enter(name, value)
  return perform("act", { device = self.id, name = name, value = value }, called(self, "enter", name, value))
end

---Presses a button of a panel.
---@param name string The element's id.
---@return Answer
function Guest:press(name)
  return perform("act", { device = self.id, name = name }, called(self, "press", name))
end

---Says something in the chat.
---@param text string
---@return Answer
function Guest:say(text)
  return perform("say", { device = self.id, text = text }, called(self, "say", text))
end

---Taps likes.
---@param count? integer 1 unless given.
---@return Answer
function Guest:like(count)
  return perform("like", { device = self.id, count = count or 1 }, called(self, "like", count))
end

---Goes away, with this device.
function Guest:leave() perform("leave", { device = self.id }, called(self, "leave")) end

---Comes back, with this device.
function Guest:join()
  perform("join", { device = self.id, user = self.user, name = self.name, role = self.role }, called(self, "join"))
end

---Joins with a further device.
---@return Guest
function Guest:another_device()
  local number = 2
  while show_of_test.devices[self.user .. "/" .. number] do number = number + 1 end
  local device = guest(self.user .. "/" .. number, self.user, self.name, self.role)
  show_of_test.devices[device.id] = device
  device:join()
  return device
end

---Tells what this person sees on this device.
---@param surface? "viewer"|"host"|"operator" The panel of the own role unless given.
---@return Screen
function Guest:screen(surface)
  local screen = look("panel", { device = self.id, surface = surface })
  screen[ANSWER] = { device = self.id, surface = surface }
  return setmetatable(screen, Screen)
end

---Tells how many units of a pool this person was granted.
---@param pool string
---@return integer
function Guest:granted(pool)
  local count = 0
  for _, row in ipairs(look("ledger")) do
    if row.kind == "grant" and row.pool == pool and row.user == self.user then count = count + row.count end
  end
  return count
end

---Tells how many points this person has on the leaderboard.
---@return integer
function Guest:points() return look("points", { user = self.user }) end

---Starts the plugin; for a host or operator.
---@param config? table What differs from the configuration of the show.
---@return Answer
function Guest:start(config)
  return perform("start", { device = self.id, config = config }, called(self, "start", config))
end

---Stops the plugin; for a host or operator.
---@return Answer
function Guest:stop() return perform("stop", { device = self.id }, called(self, "stop")) end

---Gives the plugin a command; for a host or operator.
---@param name string
---@param value any
---@return Answer
function Guest:command(name, value)
  return perform("command", { device = self.id, name = name, value = value }, called(self, "command", name, value))
end

---Changes the configuration of the run; for a host or operator.
---@param config table
---@return Answer
function Guest:configure(config)
  return perform("configure", { device = self.id, config = config }, called(self, "configure", config))
end

---Deletes a danmaku; for a host or operator.
---@param message string Its id, as the answer of `say` names it in `message`.
---@return Answer
function Guest:delete(message)
  return perform("delete", { device = self.id, message = message }, called(self, "delete", message))
end

---Mutes somebody; for a host or operator.
---@param other Guest
---@param seconds integer
---@return Answer
function Guest:mute(other, seconds)
  return perform("mute", { device = self.id, user = other.user, seconds = seconds }, called(self, "mute", other.user))
end

---Bans somebody; for a host or operator.
---@param other Guest
---@return Answer
function Guest:ban(other)
  return perform("ban", { device = self.id, user = other.user }, called(self, "ban", other.user))
end

-- MARK: The show

---A show with one plugin, on a clock that the test moves. Every test has one of its own.
---@class Show
---@field host Guest Somebody who runs the show; there from the beginning.
---@field operator Guest Somebody at the desk; comes when first used.
local Show = {}

local show_rules = {
  __index = function(show, field)
    if field == "operator" then
      local operator = guest("operator", "operator", "Operator", "operator")
      rawset(show, "operator", operator)
      operator:join()
      return operator
    end
    return Show[field]
  end,
}

local function name_of(user) return (user:gsub("^%l", string.upper)) end

---Lets viewers join.
---@param ... string|{ user: string, name?: string } Ids; the name is the id with a capital unless given.
---@return Guest ... One for each.
function Show:join(...)
  local guests = {}
  for index = 1, select("#", ...) do
    local who = select(index, ...)
    if type(who) == "string" then who = { user = who } end
    if type(who) ~= "table" or type(who.user) ~= "string" then misuse("a viewer is a text or { user = \"ana\" }") end
    local viewer = guest(who.user, who.user, who.name or name_of(who.user), "viewer")
    self.devices[viewer.id] = viewer
    viewer:join()
    guests[index] = viewer
  end
  return table.unpack(guests)
end

---Lets many viewers join: `u1`, `u2` and so on.
---@param count integer
---@param prefix? string Instead of `u`.
---@return Guest[]
function Show:crowd(count, prefix)
  local guests = {}
  for number = 1, count do guests[number] = self:join((prefix or "u") .. number) end
  return guests
end

---Starts the plugin, by the host.
---@param config? table What differs from the configuration of the show.
---@return Answer
function Show:start(config) return self.host:start(config) end

---Stops the plugin, by the host.
---@return Answer
function Show:stop() return self.host:stop() end

---Gives the plugin a command, by the host.
---@param name string
---@param value any
---@return Answer
function Show:command(name, value) return self.host:command(name, value) end

---Changes the configuration of the run, by the host.
---@param config table
---@return Answer
function Show:configure(config) return self.host:configure(config) end

---Lets time pass. Timers fire at their moment.
---@param seconds number
function Show:advance(seconds) perform("advance", { seconds = seconds }, "show:advance(" .. tostring(seconds) .. ")") end

---Tells the show time in seconds, as `room.now` does.
---@return number
function Show:now() return look("now") end

---Lets everything that is asked for in a function arrive at once: in one turn of the room, and as one batch for the plugin. What is
---answered is known afterwards.
---@param body fun()
function Show:together(body)
  if turn then misuse("show:together cannot be nested") end
  settle_accounts()
  turn = {}
  door.perform("begin_turn", {})
  body()
  local waiting = turn
  turn = nil
  local found = door.perform("end_turn", { requests = #waiting > 0 and (function()
    local requests = {}
    for index, item in ipairs(waiting) do requests[index] = item.request end
    return requests
  end)() or nil })
  if found.problem then misuse(found.problem) end
  faults_known = found.faults or faults_known
  for index, item in ipairs(waiting) do fill(item.answer, found.answers[index]) end
end

---Kills the server as `kill -9` does, and lets another one take over from the journal. Who was there comes back.
---@param seconds? number How long nobody runs; 0 unless given.
function Show:kill(seconds)
  perform("kill", { seconds = seconds or 0 }, "show:kill(" .. tostring(seconds or 0) .. ")")
end

---Lets the server die when so many more records are durable and nobody was told of the last of them.
---@param records integer
function Show:kill_after(records)
  perform("kill_after", { records = records }, "show:kill_after(" .. tostring(records) .. ")")
end

---Ends this show and begins the next one in the same room. What `room.kv` keeps is there again.
function Show:next_show() perform("next_show", {}, "show:next_show()") end

---Tells whether the plugin is `"idle"`, `"running"` or `"paused"`.
---@return "idle"|"running"|"paused"
function Show:status() return look("status") end

---Tells `room.state`, a copy.
---@return table
function Show:state() return look("state") end

---Tells `room.config` of the run.
---@return table<string, any>
function Show:config() return look("config") end

---Tells the timers that are set, with the seconds that each has left.
---@return table<string, number>
function Show:timers() return look("timers") end

---Tells who was granted units of a pool, in the order of the ledger.
---@param pool string
---@return string[] # Ids of viewers, once for each unit.
function Show:granted(pool)
  local users = {}
  for _, row in ipairs(look("ledger")) do
    if row.kind == "grant" and row.pool == pool then
      for _ = 1, row.count do users[#users + 1] = row.user end
    end
  end
  return users
end

---Tells how many units of a pool can be reserved.
---@param pool string
---@return integer
function Show:left(pool) return look("left", { pool = pool }) end

---Tells how many units of a pool the plugin has reserved and not granted.
---@param pool string
---@return integer
function Show:reserved(pool) return look("reserved", { pool = pool }) end

---Tells the rows of the ledger.
---@return { sequence: integer, index: integer, pool: string, kind: "reserve"|"grant"|"release", user: string?, count: integer }[]
function Show:ledger() return look("ledger") end

---Tells the public events: `started`, `granted`, `said` and so on.
---@param name? string Only those of this name.
---@return { name: string, from: string, offset: integer, data: table }[]
function Show:events(name) return look("events", { name = name }) end

---Tells what the plugin said in the chat.
---@return { text: string, args: table }[]
function Show:said()
  local said = {}
  for _, event in ipairs(look("events", { name = "said" })) do said[#said + 1] = event.data end
  return said
end

---Tells the danmaku that everybody was shown.
---@return { message: string, user: string, name: string, role: string, text: string }[]
function Show:chat() return look("chat") end

---Tells what the plugin asked for, as the records have it.
---@param path? string Only calls of this host function, such as `"timers.set"`.
---@return table[]
function Show:effects(path) return look("effects", { name = path }) end

---Tells the kinds of the records: `on_start`, `answered`, `on_collected`, `fault` and so on.
---@return string[]
function Show:records() return look("records") end

---Tells the calls of the plugin that failed. A fault that the test does not look at fails it.
---@return { hook: string, kind: string, message: string, trace: string }[]
function Show:faults()
  faults_seen = faults_known
  return look("faults")
end

---Tells what the plugin wrote with `room.log`.
---@return { level: string, text: string }[]
function Show:log() return look("log") end

---Tells the requests to services that wait for an answer.
---@return { id: integer, service: "knowledge"|"webhook", parameters: table }[]
function Show:requests() return look("requests") end

---Answers a request to a service.
---@param request integer Its id.
---@param value any
function Show:respond(request, value)
  perform("respond", { request = request, value = value }, "show:respond(" .. tostring(request) .. ")")
end

---Lets a request to a service fail.
---@param request integer Its id.
---@param code "TIMEOUT"|"UNAVAILABLE"|"REFUSED"|"FAILED"|"TOO_LARGE"
function Show:fail_request(request, code)
  perform("respond", { request = request, error = code }, "show:fail_request(" .. tostring(request) .. ")")
end

---Tells the leaderboard, most points first.
---@return { rank: integer, user: string, name: string, points: integer }[]
function Show:leaderboard() return look("leaderboard") end

---Tells what `room.kv` keeps.
---@return table<string, any>
function Show:kept() return look("kept") end

---Tells the product on air.
---@return table?
function Show:on_air() return look("on_air") end

-- MARK: Expectations

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
  for _, element in ipairs(screen) do
    if type(what) == "table" then
      if fits(element, what) then return true end
    else
      local isIt = element.kind == what or element.id == what or element.text == what or element.label == what
      if isIt and (not fields or fits(element, fields) or fits(element.args or {}, fields)) then return true end
    end
  end
  return false
end

local function screen_of(self)
  local actual = self.actual
  if type(actual) == "table" and getmetatable(actual) == Guest then actual = actual:screen() end
  if type(actual) ~= "table" or getmetatable(actual) ~= Screen then
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

-- MARK: What test files say

---Says what is expected of a value, an answer, or somebody in the room.
---@param actual any
---@return Expectation
function expect(actual)
  local expectation = setmetatable({ actual = actual }, Expectation)
  if type(actual) == "table" and getmetatable(actual) == answer_rules then
    expectation.is_answer = true
    check(actual)
  end
  settle_accounts()
  return expectation
end

---Says what every show of this file begins with.
---@param plan { config?: table, pools?: table<string, integer>, products?: { id: string, price: integer, title?: table<string, string>, currency?: string }[], slow?: integer }
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
  tests[#tests + 1] = { name = name, where = place(), options = options, body = body, skipped = skipped }
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
  door = room
  local item = tests[index]
  local found = door.perform("open", merged(given_of_file, item.options))
  if found.problem then fail("use", found.problem, { where = item.where }) end
  local show = setmetatable({ devices = {} }, show_rules)
  show_of_test = show
  show.host = guest("host", "host", "Host", "host")
  door.perform("arrive", {})
  for _, body in ipairs(before_of_file) do body(show) end
  item.body(show)
  settle_accounts()
end

return hooks
