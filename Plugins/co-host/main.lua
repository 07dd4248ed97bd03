-- Co-host seats. Viewers apply for a seat beside the host, or are invited; who has one may send sound and picture. The
-- ids CH-01 to CH-19 are those of the rule book; README.md says what is done.
local desk = require "lib.desk"
local guests = require "lib.guests"
local matrix = require "lib.matrix"
local people = require "lib.people"
local queue = require "lib.queue"
local screens = require "lib.screens"
local seats = require "lib.seats"

---@type Plugin
local game = {}

local RECENT_KEPT = 200

-- MARK: After every call

-- Ends the run: every lease goes with it (CH-16).
local function finish(room, reason)
  local s = room.state
  for _, person in pairs(s.people) do
    if person.state ~= "cooling-down" then people.release(room, person, reason) end
  end
  local view = { { "title", "heading" }, { "text", "over", id = "over" } }
  room.panel.show("viewer", view)
  room.panel.show("host", view)
  room.panel.show("operator", view)
  room.finish()
end

-- Shows what is so now, and wakes up when the next thing runs out.
local function settle(room)
  local s = room.state
  if s.is_over then return finish(room, "over") end
  local due = s.host_due
  for _, person in pairs(s.people) do
    if person.due and (not due or person.due < due) then due = person.due end
    screens.patch(room, person, person.state == "applying" and queue.place(s, person.user) or nil)
  end
  screens.show(room)
  if due == s.due then return end
  s.due = due
  if due then
    room.timers.set("due", math.max(0.1, due / 1000 - room.now))
  else
    room.timers.cancel("due")
  end
end

-- A host who was away is back: whoever comes or does something.
local function note_staff(room, user, role)
  local s = room.state
  if role ~= "host" and role ~= "operator" then return false end
  s.staff[user] = role
  if role == "host" or s.owner == user then s.host_due = nil end
  return true
end

local function do_act(room, name, viewer, role, value)
  note_staff(room, viewer.user, role)
  local actor = { viewer = viewer, role = role, rank = people.rank_of(room, viewer.user, role) }
  local refusal
  if not matrix.allows(name, actor.rank) then
    refusal = actor.rank == "guest" and name == "apply" and "ALREADY_ON_SEAT" or "NOT_ALLOWED"
  else
    refusal = (guests[name] or desk[name])(room, actor, value)
  end
  if refusal then room.refuse(refusal) end
  settle(room)
end

-- MARK: Hooks

function game.on_start(room)
  local s, config = room.state, room.config
  s.mode, s.owner = config.mode, config.owner
  s.seats, s.people, s.queue = seats.new(config.seats), {}, {}
  s.staff, s.recent, s.recent_count = {}, {}, 0
  s.audit, s.banned = {}, {}
  for _, user in ipairs(room.kv.get("banned") or {}) do s.banned[user] = true end
  s.request_count, s.person_count, s.draft_count = 0, 0, 0
  s.layout = { name = config.layout, version = math.max(1, people.milliseconds(room)) }
  settle(room)
end

-- Buttons of hosts carry what they are about in their ids: `accept-7` a request, `kick-2-5` a seat and the person.
function game.on_action(room, action)
  local s = room.state
  local name, first, second = action.name:match("^([a-z_]+)%-(%d+)%-?(%d*)$")
  first, second = math.tointeger(tonumber(first)), math.tointeger(tonumber(second))
  local value = first or action.value
  if second and name then
    local person = seats.person(s, first)
    if (person and person.number or 0) ~= second then
      room.refuse("STALE")
      return
    end
  end
  name = name or action.name
  if name == "seat" then
    -- A seat of the grid: who has none asks for it, who has one moves there.
    local rank = people.rank_of(room, action.viewer.user, action.role)
    name = rank == "guest" and "move" or "apply"
  end
  do_act(room, name, action.viewer, action.role, value)
end

function game.on_command(room, command)
  if not matrix.knows(command.name) or command.name == "apply" then
    room.refuse("NO_SUCH_COMMAND")
    return
  end
  do_act(room, command.name, command.by, command.role, command.value)
end

function game.on_timer(room, name)
  local s, now = room.state, people.milliseconds(room)
  s.due = nil
  for user, person in pairs(s.people) do
    if person.due and person.due <= now then
      if person.state == "cooling-down" then
        s.people[user] = nil
        screens.dismiss(room, person, "none")
      else
        people.audit(room, nil, "timeout", person, person.seat)
        local reason = "timeout_" .. person.state:gsub("%-", "_")
        people.release(room, person, reason)
      end
    end
  end
  if s.host_due and s.host_due <= now then
    s.host_due = nil
    local heir
    for user, role in pairs(s.staff) do
      if role == "operator" then heir = heir or user end
    end
    if room.config.host_loss == "hand_over" and heir then
      s.owner = heir
      people.audit(room, nil, "hand_over", { user = heir, name = heir })
    else
      people.audit(room, nil, "host_lost")
      s.is_over = true
    end
  end
  settle(room)
end

-- What a seat sends began to arrive, or broke off.
function game.on_media(room, media)
  local s = room.state
  local person = s.people[media.viewer.user]
  if not person then return end
  person.is_live = media.up
  if media.up then
    people.resume(person)
  elseif media.reason == "banned" then
    people.audit(room, nil, "ban", person, person.seat)
    people.release(room, person, "banned")
  else
    people.suspend(room, person)
  end
  if media.reason == "restart" then
    -- Nobody is known to be there until they come again.
    s.staff = {}
    s.host_due = s.host_due or people.after(room, room.config.host_grace)
  end
  settle(room)
end

function game.on_join(room, visitors)
  local s = room.state
  local is_news = false
  for _, viewer in ipairs(visitors) do
    is_news = note_staff(room, viewer.user, viewer.role) or is_news
    s.recent[s.recent_count % RECENT_KEPT + 1] = { user = viewer.user, name = viewer.name, role = viewer.role }
    s.recent_count = s.recent_count + 1
    local person = s.people[viewer.user]
    if person then
      person.is_away = nil
      people.resume(person)
      is_news = true
    end
  end
  if is_news then settle(room) end
end

-- The last device of somebody went.
function game.on_leave(room, visitors)
  local s = room.state
  local is_news = false
  for _, viewer in ipairs(visitors) do
    local person = s.people[viewer.user]
    is_news = is_news or person ~= nil or viewer.role == "host" or s.staff[viewer.user] ~= nil
    if person and (person.state == "applying" or person.state == "invited" or person.state == "linking") then
      people.release(room, person, "gone")
    elseif people.has_lease(person) then
      person.is_away = true
      people.suspend(room, person)
    end
    if s.staff[viewer.user] or viewer.role == "host" then
      s.staff[viewer.user] = nil
      local has_host = false
      for user, role in pairs(s.staff) do has_host = has_host or role == "host" or user == s.owner end
      if not has_host and not s.host_due then s.host_due = people.after(room, room.config.host_grace) end
    end
  end
  if is_news then settle(room) end
end

return game
