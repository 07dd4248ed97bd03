-- The show and the people in it, as a test sees them.
local core = require "playhouse.core"
local look, perform, misuse, shown, ANSWER = core.look, core.perform, core.misuse, core.shown, core.ANSWER

local show_of_test

-- MARK: Panels

---What somebody sees on a panel: a list of elements, each with `kind`, `id`, `text`, `label`, `value`, `locked` and what else it
---has.
---@class Screen
---@field [integer] table<string, any>
---@field picture? table<string, integer> The moment of the live video at which viewers see it: `at`, `since`, `waitMilliseconds`.
local Screen = {}
Screen.__index = Screen

-- A text is a key, or a table with one for each language.
local function reads(text, what)
  if type(text) ~= "table" then return text == what end
  for _, one in pairs(text) do
    if one == what then return true end
  end
  return false
end

local function is_called(element, what)
  return element.kind == what or element.id == what or reads(element.text, what) or reads(element.label, what)
end

-- The first element, be it inside of another one, that a function says yes to.
local function first(elements, is_it)
  for _, element in ipairs(elements) do
    if is_it(element) then return element end
    local inner = element.elements and first(element.elements, is_it)
    if inner then return inner end
  end
end

---Finds the first element whose kind, id, text or label is this, be it inside of another one.
---@param what string
---@return table<string, any>? # Nil when there is none.
function Screen:find(what)
  return first(self, function(element) return is_called(element, what) end)
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
---@param delay? number Seconds by which the viewer's page says that it showed the question later, with the picture.
---@return Answer
function Guest:enter(name, value, delay)
  return perform("act", { device = self.id, name = name, value = value, delay = delay }, called(self, "enter", name, value, delay))
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

---Begins to send sound and picture from the own seat, with this device; refused with `FORBIDDEN` without a seat.
---@return Answer
function Guest:publish() return perform("publish", { device = self.id }, called(self, "publish")) end

---What this device sends breaks off.
function Guest:drop() perform("drop", { device = self.id }, called(self, "drop")) end

---Tells whether what this device sends is taken: it is cut when the seat is lost.
---@return boolean
function Guest:is_publishing() return look("is_publishing", { device = self.id }) end

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
  screen.picture = look("picture")
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

---Tells what the room says to this person alone of prizes: units by pool, as `ana:granted` has them one by one.
---@return table<string, integer>
function Guest:prizes() return look("prizes", { device = self.id }) end

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

---Takes a mute back; for a host or operator.
---@param other Guest
---@return Answer
function Guest:unmute(other)
  return perform("unmute", { device = self.id, user = other.user }, called(self, "unmute", other.user))
end

---Bans somebody; for a host or operator.
---@param other Guest
---@return Answer
function Guest:ban(other)
  return perform("ban", { device = self.id, user = other.user }, called(self, "ban", other.user))
end

---Takes a ban back; for a host or operator.
---@param other Guest
---@return Answer
function Guest:unban(other)
  return perform("unban", { device = self.id, user = other.user }, called(self, "unban", other.user))
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

---Puts live video on, or ends it. It goes on with the time of the show.
---@param seconds? number Where it is in stream time; nothing ends it.
function Show:picture(seconds) perform("picture", { seconds = seconds }, "show:picture(" .. tostring(seconds) .. ")") end

---Tells the show time in seconds, as `room.now` does.
---@return number
function Show:now() return look("now") end

---Lets everything that is asked for in a function arrive at once: in one turn of the room, and as one batch for the plugin. What is
---answered is known afterwards.
---@param body fun()
function Show:together(body)
  if core.turn then misuse("show:together cannot be nested") end
  core.settle_accounts()
  core.turn = {}
  core.door.perform("begin_turn", {})
  body()
  local waiting, requests = core.turn, {}
  core.turn = nil
  for index, item in ipairs(waiting) do requests[index] = item.request end
  local found = core.door.perform("end_turn", { requests = requests })
  if found.problem then misuse(found.problem) end
  core.note(found)
  for index, item in ipairs(waiting) do core.fill(item.answer, found.answers[index]) end
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
  core.see_faults()
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

---Tells who has which seat.
---@return { seat: integer, user: string, name: string, audio: boolean, video: boolean, screen: boolean, lease: integer }[]
function Show:seats() return look("seats") end

---Tells what `room.kv` keeps.
---@return table<string, any>
function Show:kept() return look("kept") end

---Tells the product on air.
---@return table?
function Show:on_air() return look("on_air") end

local function begin()
  show_of_test = setmetatable({ devices = {} }, show_rules)
  show_of_test.host = guest("host", "host", "Host", "host")
  return show_of_test
end

return { begin = begin, Guest = Guest, Screen = Screen, is_called = is_called, first = first }
