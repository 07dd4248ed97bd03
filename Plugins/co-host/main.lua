-- Co-host seats. Viewers apply for a seat beside the host, or are invited; who has one may send sound and picture. The
-- ids CH-01 to CH-19 are those of the rule book; README.md says what is done.
local matrix = require "lib.matrix"
local queue = require "lib.queue"
local screens = require "lib.screens"
local seats = require "lib.seats"

---@type Plugin
local game = {}

local AUDIT_KEPT, RECENT_KEPT, BANNED_MAX = 50, 200, 50
local HAS_LEASE = { linking = true, ["on-seat"] = true, suspended = true }

local function milliseconds(room) return math.floor(room.now * 1000 + 0.5) end

local function after(room, seconds) return milliseconds(room) + seconds * 1000 end

-- MARK: People

-- `owner`, `admin`, `host`, `guest` or `viewer` (CH-10).
local function rank_of(room, user, role)
  local s = room.state
  if s.owner == user then return "owner" end
  if role == "host" then return s.owner == "" and "owner" or "host" end
  if role == "operator" or role == "service" then return "admin" end
  local person = s.people[user]
  return person and HAS_LEASE[person.state] and "guest" or "viewer"
end

local function audit(room, who, what, whom, seat)
  local s = room.state
  if #s.audit >= AUDIT_KEPT then table.remove(s.audit, 1) end
  s.audit[#s.audit + 1] = { who = who and who.name or "-", what = what, whom = whom and whom.name or "-", seat = seat or 0 }
  room.log("info", string.format("%s: %s -> %s, seat %d", what, who and who.user or "-", whom and whom.user or "-", seat or 0))
end

local function person_of(room, viewer, role)
  local s = room.state
  local person = s.people[viewer.user]
  if not person then
    s.person_count = s.person_count + 1
    s.people[viewer.user] = {
      user = viewer.user, name = viewer.name, role = role or "viewer", number = s.person_count, state = "none",
      audio = true, video = true, screen = false,
    }
    person = s.people[viewer.user]
  end
  return person
end

-- Tells the platform what may be sent, where that has changed.
local function grant(room, person)
  local media = seats.media(room.state, person)
  local granted = person.seat .. (media.audio and "a" or "") .. (media.video and "v" or "") .. (media.screen and "s" or "")
  if person.granted == granted then return end
  person.granted = granted
  room.seats.grant(person.seat, { user = person.user, name = person.name }, media)
end

-- Ends whatever somebody was at: the lease goes in the same step (CH-07).
local function release(room, person, reason)
  local s, config = room.state, room.config
  queue.remove(s, person.user)
  if person.seat then
    if HAS_LEASE[person.state] then room.seats.revoke(person.seat) end
    s.seats[person.seat].user = nil
  end
  if s.featured == person.user then s.featured = nil end
  if (reason == "kicked" or reason == "cut") and config.cooldown > 0 then
    person.state, person.reason, person.due = "cooling-down", reason, after(room, config.cooldown)
    person.seat, person.granted, person.asked, person.is_live, person.is_away = nil, nil, nil, nil, nil
  else
    s.people[person.user] = nil
    screens.dismiss(room, person, reason)
  end
end

-- Pressing the button below the notice is the consent to be seen and recorded (CH-18); nobody is seated without.
local function note_consent(room, person) person.consented_at = milliseconds(room) end

-- Gives a seat: a lease, and some seconds for the media to come up.
local function seat_person(room, person, number)
  local s, config = room.state, room.config
  queue.remove(s, person.user)
  s.seats[number].user = person.user
  person.seat, person.state, person.due = number, "linking", after(room, config.link_seconds)
  person.audio, person.video, person.screen, person.is_exempt, person.granted = true, true, false, nil, nil
  person.request, person.reason = nil, nil
  grant(room, person)
end

local function suspend(room, person)
  if person.state ~= "on-seat" then return end
  person.state, person.due = "suspended", after(room, room.config.hold_seconds)
end

local function resume(person)
  if not person.is_live or person.is_away then return end
  if person.state == "linking" or person.state == "suspended" then person.state, person.due = "on-seat", nil end
end

-- Whether a viewer can come in now; else why not.
local function barred(room, viewer)
  local s = room.state
  if s.banned[viewer.user] then return "BANNED" end
  local person = s.people[viewer.user]
  if person and person.state == "cooling-down" then return "COOLING_DOWN" end
end

-- MARK: What people can do. Each takes who acts and a value, and returns the code of a refusal or nothing.

local acts = {}

-- Applies for a seat, or in free mode takes one. Once more changes nothing: the request stays the same (CH-03).
function acts.apply(room, actor, number)
  local s, config = room.state, room.config
  local problem = barred(room, actor.viewer)
  if problem then return problem end
  local known = s.people[actor.viewer.user]
  if known and known.state == "applying" then return end
  if known and known.state == "invited" then return acts.accept_invite(room, actor) end
  if s.mode == "free" then
    local free, why = seats.pick(s, number)
    if not free then return why end
    local person = person_of(room, actor.viewer, actor.role)
    note_consent(room, person)
    audit(room, actor.viewer, "take", person, free)
    seat_person(room, person, free)
    return
  end
  if number then
    local why = seats.problem(s, number)
    if why == "NO_SUCH_SEAT" or why == "LOCKED" then return why end
  end
  if #s.queue >= config.queue_max then return "QUEUE_FULL" end
  local person = person_of(room, actor.viewer, actor.role)
  s.request_count = s.request_count + 1
  person.state, person.request, person.wanted = "applying", s.request_count, number
  person.due = after(room, config.apply_seconds)
  note_consent(room, person)
  queue.add(s, config, person.user)
end

function acts.cancel(room, actor)
  local person = room.state.people[actor.viewer.user]
  if not person or person.state ~= "applying" then return "NOT_APPLYING" end
  release(room, person, "cancelled")
end

function acts.accept_invite(room, actor)
  local person = room.state.people[actor.viewer.user]
  if not person or person.state ~= "invited" then return "NOT_INVITED" end
  note_consent(room, person)
  audit(room, actor.viewer, "accept_invite", person, person.seat)
  seat_person(room, person, person.seat)
end

function acts.decline(room, actor)
  local person = room.state.people[actor.viewer.user]
  if not person or person.state ~= "invited" then return "NOT_INVITED" end
  release(room, person, "declined")
end

function acts.leave(room, actor)
  local person = room.state.people[actor.viewer.user]
  if not person or not HAS_LEASE[person.state] then return "NOT_ON_SEAT" end
  audit(room, actor.viewer, "leave", person, person.seat)
  release(room, person, "left")
end

-- Switches the own microphone, camera or screen; a lock cannot be undone from a seat (CH-05).
local function switch(field, code)
  return function(room, actor)
    local s = room.state
    local person = s.people[actor.viewer.user]
    if not person or not HAS_LEASE[person.state] then return "NOT_ON_SEAT" end
    local is_on = seats.media(s, person)[field]
    if not is_on and not seats.allowed(s, person)[field] then return code end
    person[field] = not is_on
    if field == "audio" then person.asked = nil end
    grant(room, person)
  end
end

acts.mic = switch("audio", "MIC_LOCKED")
acts.camera = switch("video", "CAMERA_LOCKED")
acts.screen = switch("screen", "SCREEN_LOCKED")

function acts.unmute_yes(room, actor)
  local person = room.state.people[actor.viewer.user]
  if not person or not person.asked then return "NOT_ASKED" end
  person.asked, person.audio = nil, true
  grant(room, person)
end

function acts.unmute_no(room, actor)
  local person = room.state.people[actor.viewer.user]
  if not person or not person.asked then return "NOT_ASKED" end
  person.asked = nil
end

-- MARK: Requests and invitations

local function request_of(room, request)
  local s = room.state
  local person = queue.of_request(s, request)
  if person then return person end
  return nil, math.type(request) == "integer" and request >= 1 and request <= s.request_count and "ALREADY_HANDLED"
    or "NO_SUCH_REQUEST"
end

function acts.accept(room, actor, request)
  local person, problem = request_of(room, request)
  if not person then return problem end
  local number, why = seats.pick(room.state, person.wanted)
  if not number then return why end
  audit(room, actor.viewer, "accept", person, number)
  seat_person(room, person, number)
end

function acts.reject(room, actor, request)
  local person, problem = request_of(room, request)
  if not person then return problem end
  audit(room, actor.viewer, "reject", person)
  release(room, person, "rejected")
end

function acts.first(room, actor, request)
  local person, problem = request_of(room, request)
  if not person then return problem end
  audit(room, actor.viewer, "first", person)
  queue.put_first(room.state, person.user)
end

-- Somebody by id, or by the name of whoever came last.
local function find(room, name)
  local s = room.state
  if s.people[name] then return s.people[name] end
  local found
  for _, viewer in ipairs(s.recent) do
    if viewer.user == name then return viewer end
    if viewer.name == name then found = viewer end
  end
  return found
end

-- Invites somebody to a seat: `"ana"`, or `"ana 2"`. Of an applicant it is the acceptance.
function acts.invite(room, actor, value)
  local s = room.state
  local name, wanted = tostring(value):match("^(.-)%s+(%d+)$")
  local viewer = find(room, tostring(value))
  if viewer then wanted = nil else viewer = name and find(room, name) end
  if not viewer then return "NOT_HERE" end
  if s.banned[viewer.user] then return "BANNED" end
  local person = s.people[viewer.user]
  if person and HAS_LEASE[person.state] then return "ALREADY_ON_SEAT" end
  if person and person.state == "invited" then return end
  local number, why = seats.pick(s, wanted and math.tointeger(tonumber(wanted)) or person and person.wanted)
  if not number then return why end
  person = person_of(room, viewer, viewer.role)
  if person.state == "applying" then
    audit(room, actor.viewer, "accept", person, number)
    seat_person(room, person, number)
    return
  end
  s.seats[number].user = person.user                       -- reserved while the invitation stands
  person.state, person.seat, person.due = "invited", number, after(room, room.config.invite_seconds)
  person.reason = nil
  audit(room, actor.viewer, "invite", person, number)
end

-- MARK: People on seats

-- Whoever is on a seat, given by its number or by the person's id; with the rank that is needed.
local function target(room, actor, act, value)
  local s = room.state
  local person = math.type(value) == "integer" and seats.person(s, value) or s.people[tostring(value)]
  if not person then return nil, "EMPTY_SEAT" end
  if not matrix.reaches(act, actor.rank, rank_of(room, person.user, person.role)) then return nil, "NOT_ALLOWED" end
  return person
end

local function seated(room, actor, act, value)
  local person, problem = target(room, actor, act, value)
  if person and not HAS_LEASE[person.state] then return nil, "EMPTY_SEAT" end
  return person, problem
end

function acts.uninvite(room, actor, value)
  local person, problem = target(room, actor, "uninvite", value)
  if not person then return problem end
  if person.state ~= "invited" then return "NOT_INVITED" end
  audit(room, actor.viewer, "uninvite", person, person.seat)
  release(room, person, "uninvited")
end

function acts.kick(room, actor, value)
  local person, problem = seated(room, actor, "kick", value)
  if not person then return problem end
  audit(room, actor.viewer, "kick", person, person.seat)
  release(room, person, "kicked")
end

-- Off the air in one step, whoever it is, and nobody else on that seat until it is unlocked (CH-19).
function acts.cut(room, actor, value)
  local person, problem = seated(room, actor, "cut", value)
  if not person then return problem end
  local number = person.seat
  room.state.seats[number].is_locked = true
  release(room, person, "cut")
  audit(room, actor.viewer, "cut", person, number)
end

function acts.mute(room, actor, value)
  local person, problem = seated(room, actor, "mute", value)
  if not person then return problem end
  person.audio, person.asked = false, nil
  audit(room, actor.viewer, "mute", person, person.seat)
  grant(room, person)
end

-- Nobody's microphone is opened from afar: the person is asked (CH-06).
function acts.ask_unmute(room, actor, value)
  local s = room.state
  local person, problem = seated(room, actor, "ask_unmute", value)
  if not person then return problem end
  if s.seats[person.seat].audio_lock then return "MIC_LOCKED" end
  if seats.media(s, person).audio then return end
  person.asked = true
  audit(room, actor.viewer, "ask_unmute", person, person.seat)
end

function acts.exempt(room, actor, value)
  local person, problem = seated(room, actor, "exempt", value)
  if not person then return problem end
  person.is_exempt = not person.is_exempt
  audit(room, actor.viewer, "exempt", person, person.seat)
  grant(room, person)
end

function acts.feature(room, actor, value)
  local s = room.state
  local person, problem = seated(room, actor, "feature", value)
  if not person then return problem end
  s.featured = s.featured ~= person.user and person.user or nil
end

-- Bans outlive the show.
local function set_ban(room, user, is_banned)
  local s = room.state
  s.banned[user] = is_banned
  local list = {}
  for banned in pairs(s.banned) do list[#list + 1] = banned end
  if #list > BANNED_MAX then
    s.banned[user] = nil
    return "TOO_MANY_BANS"
  end
  room.kv.set("banned", list)
end

function acts.ban(room, actor, value)
  local s = room.state
  local person = math.type(value) == "integer" and seats.person(s, value) or find(room, tostring(value))
  if not person then return "NOT_HERE" end
  if not matrix.reaches("ban", actor.rank, rank_of(room, person.user, person.role)) then return "NOT_ALLOWED" end
  local problem = set_ban(room, person.user, true)
  if problem then return problem end
  audit(room, actor.viewer, "ban", person, person.seat)
  if s.people[person.user] then release(room, s.people[person.user], "banned") end
end

function acts.unban(room, actor, value)
  local s = room.state
  if not s.banned[tostring(value)] then return "NOT_BANNED" end
  set_ban(room, tostring(value), nil)
  audit(room, actor.viewer, "unban", { user = tostring(value), name = tostring(value) })
end

-- `"2 5"`: whoever is on seat 2 goes to seat 5. Somebody on a seat says `5`.
function acts.move(room, actor, value)
  local s, config = room.state, room.config
  local from, to = tostring(value):match("^(%d+)%s+(%d+)$")
  from, to = math.tointeger(tonumber(from)), math.tointeger(tonumber(to or value))
  local own = s.people[actor.viewer.user]
  if actor.rank == "guest" then from = own.seat end
  local person = from and seats.person(s, from)
  if not person or not HAS_LEASE[person.state] then return "EMPTY_SEAT" end
  if not s.seats[to] then return "NO_SUCH_SEAT" end
  if from == to then return end
  local other = seats.person(s, to)
  if not other and s.seats[to].is_locked then return "LOCKED" end
  if other then
    local policy = actor.rank == "guest" and "abort" or config.move
    if policy == "abort" or other.state == "invited" then return "OCCUPIED" end
    if policy == "replace" then
      if not matrix.reaches("kick", actor.rank, rank_of(room, other.user, other.role)) then return "NOT_ALLOWED" end
      release(room, other, "replaced")
      other = nil
    end
  end
  room.seats.swap(from, to)                                -- what they send goes on
  s.seats[from].user, s.seats[to].user = other and other.user or nil, person.user
  person.seat, person.granted = to, nil
  grant(room, person)
  if other then
    other.seat, other.granted = from, nil
    grant(room, other)
  end
  audit(room, actor.viewer, "move", person, to)
end

-- MARK: Seats

function acts.lock(room, actor, number)
  local s = room.state
  local problem = seats.problem(s, number)
  if problem and problem ~= "LOCKED" then return problem end
  s.seats[number].is_locked = true
  audit(room, actor.viewer, "lock", nil, number)
end

function acts.unlock(room, actor, number)
  local seat = room.state.seats[number]
  if not seat then return "NO_SUCH_SEAT" end
  seat.is_locked = nil
  audit(room, actor.viewer, "unlock", nil, number)
end

-- Locks a seat and sends away whoever has it.
function acts.close(room, actor, number)
  local s = room.state
  if not s.seats[number] then return "NO_SUCH_SEAT" end
  if seats.person(s, number) then
    local person, problem = target(room, actor, "close", number)
    if not person then return problem end
    release(room, person, "closed")
  end
  s.seats[number].is_locked = true
  audit(room, actor.viewer, "close", nil, number)
end

local function flag(name)
  return function(room, actor, number)
    local s = room.state
    local seat = s.seats[number]
    if not seat then return "NO_SUCH_SEAT" end
    local person = seats.person(s, number)
    if person and not matrix.reaches(name, actor.rank, rank_of(room, person.user, person.role)) then return "NOT_ALLOWED" end
    seat[name] = not seat[name] or nil
    audit(room, actor.viewer, name, person, number)
    if person and HAS_LEASE[person.state] then
      if name == "audio_lock" and seat[name] then person.audio, person.asked = false, nil end
      if name == "video_lock" and seat[name] then person.video = false end
      if name == "screen_lock" and seat[name] then person.screen = false end
      if name == "audio_only" and seat[name] then person.video, person.screen = false, false end
      grant(room, person)
    end
  end
end

acts.audio_lock, acts.video_lock = flag "audio_lock", flag "video_lock"
acts.screen_lock, acts.audio_only = flag "screen_lock", flag "audio_only"

-- Changes how many seats there are. With people on those that go: refused, or they go, as configured (CH-02).
function acts.seats(room, actor, count)
  local s, config = room.state, room.config
  if math.type(count) ~= "integer" or count < 1 or count > 16 then return "BAD_VALUE" end
  for number = #s.seats, count + 1, -1 do
    if seats.person(s, number) and config.shrink == "refuse" then return "OCCUPIED" end
  end
  for number = #s.seats, count + 1, -1 do
    local person = seats.person(s, number)
    if person then release(room, person, "shrunk") end
    s.seats[number] = nil
  end
  for number = #s.seats + 1, count do s.seats[number] = {} end
  if s.picked and s.picked > count then s.picked = nil end
  audit(room, actor.viewer, "seats", nil, count)
end

-- Changes between applying and taking. Who waits when taking begins gets the free seats in order (CH-01).
function acts.mode(room, actor, value)
  local s = room.state
  if value == nil then value = s.mode == "free" and "apply" or "free" end
  if value ~= "free" and value ~= "apply" then return "BAD_VALUE" end
  s.mode = value
  audit(room, actor.viewer, "mode_" .. value)
  while value == "free" and s.queue[1] do
    local person = s.people[s.queue[1]]
    local number = seats.pick(s, person.wanted) or seats.pick(s)
    if number then seat_person(room, person, number) else release(room, person, "all_taken") end
  end
end

function acts.mute_all(room, actor, value)
  local s = room.state
  if value == nil then value = not s.mute_all end
  s.mute_all = value == true
  audit(room, actor.viewer, s.mute_all and "mute_all" or "unmute_all")
  for number = 1, #s.seats do
    local person = seats.person(s, number)
    if person and HAS_LEASE[person.state] then
      if s.mute_all and not person.is_exempt then person.audio, person.asked = false, nil end
      grant(room, person)
    end
  end
end

function acts.select(room, actor, number)
  room.state.picked = number
end

-- Prepares a layout, for hosts to look at (CH-11); `go_live` shows it to everybody.
function acts.layout(room, actor, name)
  local s = room.state
  if name ~= "grid" and name ~= "float" and name ~= "featured" and name ~= "two_side" then return "BAD_VALUE" end
  s.draft_count = s.draft_count + 1
  s.draft = { name = name, number = s.draft_count }
end

-- Only what was looked at: another draft meanwhile makes the press a stale one.
function acts.go_live(room, actor, number)
  local s = room.state
  if not s.draft or number and number ~= s.draft.number then return "STALE_LAYOUT" end
  s.layout = { name = s.draft.name, version = math.max(s.layout.version + 1, milliseconds(room)) }
  s.draft = nil
  audit(room, actor.viewer, "layout_" .. s.layout.name)
end

-- Makes somebody else the owner: `"mei"`.
function acts.hand_over(room, actor, user)
  local s = room.state
  if not s.staff[tostring(user)] then return "NOT_HERE" end
  s.owner = tostring(user)
  audit(room, actor.viewer, "hand_over", { user = s.owner, name = s.owner })
end

function acts.finish(room, actor)
  room.state.is_over = true
  audit(room, actor.viewer, "finish")
end

-- MARK: After every call

-- Ends the run: every lease goes with it (CH-16).
local function finish(room, reason)
  local s = room.state
  for _, person in pairs(s.people) do
    if person.state ~= "cooling-down" then release(room, person, reason) end
  end
  local view = { { "title", "heading" }, { "text", "over", id = "note" } }
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
  local actor = { viewer = viewer, role = role, rank = rank_of(room, viewer.user, role) }
  local refusal
  if not matrix.allows(name, actor.rank) then
    refusal = actor.rank == "guest" and name == "apply" and "ALREADY_ON_SEAT" or "NOT_ALLOWED"
  else
    refusal = acts[name](room, actor, value)
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
  s.layout = { name = config.layout, version = math.max(1, milliseconds(room)) }
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
    local rank = rank_of(room, action.viewer.user, action.role)
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
  local s, now = room.state, milliseconds(room)
  s.due = nil
  for user, person in pairs(s.people) do
    if person.due and person.due <= now then
      if person.state == "cooling-down" then
        s.people[user] = nil
        screens.dismiss(room, person, "none")
      else
        audit(room, nil, "timeout", person, person.seat)
        local reason = "timeout_" .. person.state:gsub("%-", "_")
        release(room, person, reason)
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
      audit(room, nil, "hand_over", { user = heir, name = heir })
    else
      audit(room, nil, "host_lost")
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
    resume(person)
  elseif media.reason == "banned" then
    audit(room, nil, "ban", person, person.seat)
    release(room, person, "banned")
  else
    suspend(room, person)
  end
  if media.reason == "restart" then
    -- Nobody is known to be there until they come again.
    s.staff = {}
    s.host_due = s.host_due or after(room, room.config.host_grace)
  end
  settle(room)
end

function game.on_join(room, people)
  local s = room.state
  local is_news = false
  for _, viewer in ipairs(people) do
    is_news = note_staff(room, viewer.user, viewer.role) or is_news
    s.recent[s.recent_count % RECENT_KEPT + 1] = { user = viewer.user, name = viewer.name, role = viewer.role }
    s.recent_count = s.recent_count + 1
    local person = s.people[viewer.user]
    if person then
      person.is_away = nil
      resume(person)
      is_news = true
    end
  end
  if is_news then settle(room) end
end

-- The last device of somebody went.
function game.on_leave(room, people)
  local s = room.state
  local is_news = false
  for _, viewer in ipairs(people) do
    local person = s.people[viewer.user]
    is_news = is_news or person ~= nil or viewer.role == "host" or s.staff[viewer.user] ~= nil
    if person and (person.state == "applying" or person.state == "invited" or person.state == "linking") then
      release(room, person, "gone")
    elseif person and HAS_LEASE[person.state] then
      person.is_away = true
      suspend(room, person)
    end
    if s.staff[viewer.user] or viewer.role == "host" then
      s.staff[viewer.user] = nil
      local has_host = false
      for user, role in pairs(s.staff) do has_host = has_host or role == "host" or user == s.owner end
      if not has_host and not s.host_due then s.host_due = after(room, room.config.host_grace) end
    end
  end
  if is_news then settle(room) end
end

return game
