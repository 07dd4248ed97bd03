-- What hosts can do at their desk. Each takes who acts and a value, and returns the code of a refusal or nothing.
local matrix = require "lib.matrix"
local people = require "lib.people"
local queue = require "lib.queue"
local seats = require "lib.seats"

local acts = {}

local BANNED_MAX = 50

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
  people.audit(room, actor.viewer, "accept", person, number)
  people.seat_person(room, person, number)
end

function acts.reject(room, actor, request)
  local person, problem = request_of(room, request)
  if not person then return problem end
  people.audit(room, actor.viewer, "reject", person)
  people.release(room, person, "rejected")
end

function acts.first(room, actor, request)
  local person, problem = request_of(room, request)
  if not person then return problem end
  people.audit(room, actor.viewer, "first", person)
  queue.put_first(room.state, person.user)
end

-- Somebody by id, else by name: who is known here before who has merely come.
local function find(room, name)
  local s = room.state
  if s.people[name] then return s.people[name] end
  local found
  for _, person in pairs(s.people) do
    if person.name == name then found = person end
  end
  if found then return found end
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
  if people.has_lease(person) then return "ALREADY_ON_SEAT" end
  if person and person.state == "invited" then return end
  local number, why = seats.pick(s, wanted and math.tointeger(tonumber(wanted)) or person and person.wanted)
  if not number then return why end
  person = people.person_of(room, viewer, viewer.role)
  if person.state == "applying" then
    people.audit(room, actor.viewer, "accept", person, number)
    people.seat_person(room, person, number)
    return
  end
  s.seats[number].user = person.user                       -- reserved while the invitation stands
  person.state, person.seat, person.due = "invited", number, people.after(room, room.config.invite_seconds)
  person.reason = nil
  people.audit(room, actor.viewer, "invite", person, number)
end

-- MARK: People on seats

-- Whoever is on a seat, given by its number or by the person's id; with the rank that is needed.
local function target(room, actor, act, value)
  local s = room.state
  local person = math.type(value) == "integer" and seats.person(s, value) or s.people[tostring(value)]
  if not person then return nil, "EMPTY_SEAT" end
  if not matrix.reaches(act, actor.rank, people.rank_of(room, person.user, person.role)) then return nil, "NOT_ALLOWED" end
  return person
end

local function seated(room, actor, act, value)
  local person, problem = target(room, actor, act, value)
  if person and not people.has_lease(person) then return nil, "EMPTY_SEAT" end
  return person, problem
end

function acts.uninvite(room, actor, value)
  local person, problem = target(room, actor, "uninvite", value)
  if not person then return problem end
  if person.state ~= "invited" then return "NOT_INVITED" end
  people.audit(room, actor.viewer, "uninvite", person, person.seat)
  people.release(room, person, "uninvited")
end

function acts.kick(room, actor, value)
  local person, problem = seated(room, actor, "kick", value)
  if not person then return problem end
  people.audit(room, actor.viewer, "kick", person, person.seat)
  people.release(room, person, "kicked")
end

-- Off the air in one step, whoever it is, and nobody else on that seat until it is unlocked (CH-19).
function acts.cut(room, actor, value)
  local person, problem = seated(room, actor, "cut", value)
  if not person then return problem end
  local number = person.seat
  room.state.seats[number].is_locked = true
  people.release(room, person, "cut")
  people.audit(room, actor.viewer, "cut", person, number)
end

function acts.mute(room, actor, value)
  local person, problem = seated(room, actor, "mute", value)
  if not person then return problem end
  person.audio, person.asked = false, nil
  people.audit(room, actor.viewer, "mute", person, person.seat)
  people.grant(room, person)
end

-- Nobody's microphone is opened from afar: the person is asked (CH-06).
function acts.ask_unmute(room, actor, value)
  local s = room.state
  local person, problem = seated(room, actor, "ask_unmute", value)
  if not person then return problem end
  if s.seats[person.seat].audio_lock then return "MIC_LOCKED" end
  if seats.media(s, person).audio then return end
  person.asked = true
  people.audit(room, actor.viewer, "ask_unmute", person, person.seat)
end

function acts.exempt(room, actor, value)
  local person, problem = seated(room, actor, "exempt", value)
  if not person then return problem end
  person.is_exempt = not person.is_exempt
  people.audit(room, actor.viewer, "exempt", person, person.seat)
  people.grant(room, person)
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
  if not matrix.reaches("ban", actor.rank, people.rank_of(room, person.user, person.role)) then return "NOT_ALLOWED" end
  local problem = set_ban(room, person.user, true)
  if problem then return problem end
  people.audit(room, actor.viewer, "ban", person, person.seat)
  if s.people[person.user] then people.release(room, s.people[person.user], "banned") end
end

function acts.unban(room, actor, value)
  local s = room.state
  if not s.banned[tostring(value)] then return "NOT_BANNED" end
  set_ban(room, tostring(value), nil)
  people.audit(room, actor.viewer, "unban", { user = tostring(value), name = tostring(value) })
end

-- `"2 5"`: whoever is on seat 2 goes to seat 5. Somebody on a seat says `5`.
function acts.move(room, actor, value)
  local s, config = room.state, room.config
  local from, to = tostring(value):match("^(%d+)%s+(%d+)$")
  from, to = math.tointeger(tonumber(from)), math.tointeger(tonumber(to or value))
  local own = s.people[actor.viewer.user]
  if actor.rank == "guest" then from = own.seat end
  local person = from and seats.person(s, from)
  if not people.has_lease(person) then return "EMPTY_SEAT" end
  if not s.seats[to] then return "NO_SUCH_SEAT" end
  if from == to then return end
  local other = seats.person(s, to)
  if not other and s.seats[to].is_locked then return "LOCKED" end
  if other then
    local policy = actor.rank == "guest" and "abort" or config.move
    if policy == "abort" or other.state == "invited" then return "OCCUPIED" end
    if policy == "replace" then
      if not matrix.reaches("kick", actor.rank, people.rank_of(room, other.user, other.role)) then return "NOT_ALLOWED" end
      people.release(room, other, "replaced")
      other = nil
    end
  end
  room.seats.swap(from, to)                                -- what they send goes on
  s.seats[from].user, s.seats[to].user = other and other.user or nil, person.user
  person.seat, person.granted = to, nil
  people.grant(room, person)
  if other then
    other.seat, other.granted = from, nil
    people.grant(room, other)
  end
  people.audit(room, actor.viewer, "move", person, to)
end

-- MARK: Seats

function acts.lock(room, actor, number)
  local s = room.state
  local problem = seats.problem(s, number)
  if problem and problem ~= "LOCKED" then return problem end
  s.seats[number].is_locked = true
  people.audit(room, actor.viewer, "lock", nil, number)
end

function acts.unlock(room, actor, number)
  local seat = room.state.seats[number]
  if not seat then return "NO_SUCH_SEAT" end
  seat.is_locked = nil
  people.audit(room, actor.viewer, "unlock", nil, number)
end

-- Locks a seat and sends away whoever has it.
function acts.close(room, actor, number)
  local s = room.state
  if not s.seats[number] then return "NO_SUCH_SEAT" end
  if seats.person(s, number) then
    local person, problem = target(room, actor, "close", number)
    if not person then return problem end
    people.release(room, person, "closed")
  end
  s.seats[number].is_locked = true
  people.audit(room, actor.viewer, "close", nil, number)
end

local function flag(name)
  return function(room, actor, number)
    local s = room.state
    local seat = s.seats[number]
    if not seat then return "NO_SUCH_SEAT" end
    local person = seats.person(s, number)
    if person and not matrix.reaches(name, actor.rank, people.rank_of(room, person.user, person.role)) then return "NOT_ALLOWED" end
    seat[name] = not seat[name] or nil
    people.audit(room, actor.viewer, name, person, number)
    if people.has_lease(person) then
      if name == "audio_lock" and seat[name] then person.audio, person.asked = false, nil end
      if name == "video_lock" and seat[name] then person.video = false end
      if name == "screen_lock" and seat[name] then person.screen = false end
      if name == "audio_only" and seat[name] then person.video, person.screen = false, false end
      people.grant(room, person)
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
    if person then people.release(room, person, "shrunk") end
    s.seats[number] = nil
  end
  for number = #s.seats + 1, count do s.seats[number] = {} end
  if s.picked and s.picked > count then s.picked = nil end
  people.audit(room, actor.viewer, "seats", nil, count)
end

-- Changes between applying and taking. Who waits when taking begins gets the free seats in order (CH-01).
function acts.mode(room, actor, value)
  local s = room.state
  if value == nil then value = s.mode == "free" and "apply" or "free" end
  if value ~= "free" and value ~= "apply" then return "BAD_VALUE" end
  s.mode = value
  people.audit(room, actor.viewer, "mode_" .. value)
  while value == "free" and s.queue[1] do
    local person = s.people[s.queue[1]]
    local number = seats.pick(s, person.wanted) or seats.pick(s)
    if number then people.seat_person(room, person, number) else people.release(room, person, "all_taken") end
  end
end

function acts.mute_all(room, actor, value)
  local s = room.state
  if value == nil then value = not s.mute_all end
  s.mute_all = value == true
  people.audit(room, actor.viewer, s.mute_all and "mute_all" or "unmute_all")
  for number = 1, #s.seats do
    local person = seats.person(s, number)
    if people.has_lease(person) then
      if s.mute_all and not person.is_exempt then person.audio, person.asked = false, nil end
      people.grant(room, person)
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
  s.layout = { name = s.draft.name, version = math.max(s.layout.version + 1, people.milliseconds(room)) }
  s.draft = nil
  people.audit(room, actor.viewer, "layout_" .. s.layout.name)
end

-- Makes somebody else the owner: `"mei"`.
function acts.hand_over(room, actor, user)
  local s = room.state
  if not s.staff[tostring(user)] then return "NOT_HERE" end
  s.owner = tostring(user)
  people.audit(room, actor.viewer, "hand_over", { user = s.owner, name = s.owner })
end

function acts.finish(room, actor)
  room.state.is_over = true
  people.audit(room, actor.viewer, "finish")
end

return acts
