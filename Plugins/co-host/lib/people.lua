-- Who everybody is, and how they come onto a seat and off it again.
local queue = require "lib.queue"
local screens = require "lib.screens"
local seats = require "lib.seats"

local people = {}

local AUDIT_KEPT = 50
local HAS_LEASE = { linking = true, ["on-seat"] = true, suspended = true }

-- Whether somebody holds a lease, be it that nothing is sent at the moment.
function people.has_lease(person) return person ~= nil and HAS_LEASE[person.state] == true end

function people.milliseconds(room) return math.floor(room.now * 1000 + 0.5) end

function people.after(room, seconds) return people.milliseconds(room) + seconds * 1000 end

-- `owner`, `admin`, `host`, `guest` or `viewer` (CH-10).
function people.rank_of(room, user, role)
  local s = room.state
  if s.owner == user then return "owner" end
  if role == "host" then return s.owner == "" and "owner" or "host" end
  if role == "operator" or role == "service" then return "admin" end
  local person = s.people[user]
  return people.has_lease(person) and "guest" or "viewer"
end

function people.audit(room, who, what, whom, seat)
  local s = room.state
  if #s.audit >= AUDIT_KEPT then table.remove(s.audit, 1) end
  s.audit[#s.audit + 1] = { who = who and who.name or "-", what = what, whom = whom and whom.name or "-", seat = seat or 0 }
  room.log("info", string.format("%s: %s -> %s, seat %d", what, who and who.user or "-", whom and whom.user or "-", seat or 0))
end

function people.person_of(room, viewer, role)
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
function people.grant(room, person)
  local media = seats.media(room.state, person)
  local granted = person.seat .. (media.audio and "a" or "") .. (media.video and "v" or "") .. (media.screen and "s" or "")
  if person.granted == granted then return end
  person.granted = granted
  room.seats.grant(person.seat, { user = person.user, name = person.name }, media)
end

-- Ends whatever somebody was at: the lease goes in the same step (CH-07).
function people.release(room, person, reason)
  local s, config = room.state, room.config
  queue.remove(s, person.user)
  if person.seat then
    if people.has_lease(person) then room.seats.revoke(person.seat) end
    s.seats[person.seat].user = nil
  end
  if s.featured == person.user then s.featured = nil end
  if (reason == "kicked" or reason == "cut") and config.cooldown > 0 then
    person.state, person.reason, person.due = "cooling-down", reason, people.after(room, config.cooldown)
    person.seat, person.granted, person.asked, person.is_live, person.is_away = nil, nil, nil, nil, nil
  else
    s.people[person.user] = nil
    screens.dismiss(room, person, reason)
  end
end

-- Pressing the button below the notice is the consent to be seen and recorded (CH-18); nobody is seated without.
function people.note_consent(room, person) person.consented_at = people.milliseconds(room) end

-- Gives a seat: a lease, and some seconds for the media to come up.
function people.seat_person(room, person, number)
  local s, config = room.state, room.config
  queue.remove(s, person.user)
  s.seats[number].user = person.user
  person.seat, person.state, person.due = number, "linking", people.after(room, config.link_seconds)
  person.audio, person.video, person.screen, person.is_exempt, person.granted = true, true, false, nil, nil
  person.request, person.reason = nil, nil
  people.grant(room, person)
end

function people.suspend(room, person)
  if person.state ~= "on-seat" then return end
  person.state, person.due = "suspended", people.after(room, room.config.hold_seconds)
end

function people.resume(person)
  if not person.is_live or person.is_away then return end
  if person.state == "linking" or person.state == "suspended" then person.state, person.due = "on-seat", nil end
end

-- Whether a viewer can come in now; else why not.
function people.barred(room, viewer)
  local s = room.state
  if s.banned[viewer.user] then return "BANNED" end
  local person = s.people[viewer.user]
  if person and person.state == "cooling-down" then return "COOLING_DOWN" end
end

return people
