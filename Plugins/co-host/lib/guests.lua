-- What viewers can do, and guests, who have a seat. Each takes who acts and a value, and returns the code of a refusal or
-- nothing.
local people = require "lib.people"
local queue = require "lib.queue"
local seats = require "lib.seats"

local acts = {}

-- Applies for a seat, or in free mode takes one. Once more changes nothing: the request stays the same (CH-03).
function acts.apply(room, actor, number)
  local s, config = room.state, room.config
  local problem = people.barred(room, actor.viewer)
  if problem then return problem end
  local known = s.people[actor.viewer.user]
  if known and known.state == "applying" then return end
  if known and known.state == "invited" then return acts.accept_invite(room, actor) end
  if s.mode == "free" then
    local free, why = seats.pick(s, number)
    if not free then return why end
    local person = people.person_of(room, actor.viewer, actor.role)
    people.note_consent(room, person)
    people.audit(room, actor.viewer, "take", person, free)
    people.seat_person(room, person, free)
    return
  end
  if number then
    local why = seats.problem(s, number)
    if why == "NO_SUCH_SEAT" or why == "LOCKED" then return why end
  end
  if #s.queue >= config.queue_max then return "QUEUE_FULL" end
  local person = people.person_of(room, actor.viewer, actor.role)
  s.request_count = s.request_count + 1
  person.state, person.request, person.wanted = "applying", s.request_count, number
  person.due = people.after(room, config.apply_seconds)
  people.note_consent(room, person)
  queue.add(s, config, person.user)
end

function acts.cancel(room, actor)
  local person = room.state.people[actor.viewer.user]
  if not person or person.state ~= "applying" then return "NOT_APPLYING" end
  people.release(room, person, "cancelled")
end

function acts.accept_invite(room, actor)
  local person = room.state.people[actor.viewer.user]
  if not person or person.state ~= "invited" then return "NOT_INVITED" end
  people.note_consent(room, person)
  people.audit(room, actor.viewer, "accept_invite", person, person.seat)
  people.seat_person(room, person, person.seat)
end

function acts.decline(room, actor)
  local person = room.state.people[actor.viewer.user]
  if not person or person.state ~= "invited" then return "NOT_INVITED" end
  people.release(room, person, "declined")
end

function acts.leave(room, actor)
  local person = room.state.people[actor.viewer.user]
  if not people.has_lease(person) then return "NOT_ON_SEAT" end
  people.audit(room, actor.viewer, "leave", person, person.seat)
  people.release(room, person, "left")
end

-- Switches the own microphone, camera or screen; a lock cannot be undone from a seat (CH-05).
local function switch(field, code)
  return function(room, actor)
    local s = room.state
    local person = s.people[actor.viewer.user]
    if not people.has_lease(person) then return "NOT_ON_SEAT" end
    local is_on = seats.media(s, person)[field]
    if not is_on and not seats.allowed(s, person)[field] then return code end
    person[field] = not is_on
    if field == "audio" then person.asked = nil end
    people.grant(room, person)
  end
end

acts.mic = switch("audio", "MIC_LOCKED")
acts.camera = switch("video", "CAMERA_LOCKED")
acts.screen = switch("screen", "SCREEN_LOCKED")

function acts.unmute_yes(room, actor)
  local person = room.state.people[actor.viewer.user]
  if not person or not person.asked then return "NOT_ASKED" end
  person.asked, person.audio = nil, true
  people.grant(room, person)
end

function acts.unmute_no(room, actor)
  local person = room.state.people[actor.viewer.user]
  if not person or not person.asked then return "NOT_ASKED" end
  person.asked = nil
end

return acts
