-- The seats: which are free, who sits where, what may be sent. Plain functions of `room.state`.
local seats = {}

function seats.new(count)
  local list = {}
  for number = 1, count do list[number] = {} end
  return list
end

-- Why nobody can be put on a seat; nil when somebody can.
function seats.problem(s, number)
  local seat = s.seats[number]
  if not seat then return "NO_SUCH_SEAT" end
  if seat.user then return "OCCUPIED" end
  if seat.is_locked then return "LOCKED" end
end

-- The seat that was asked for, or the first one that can be had; else nil and why.
function seats.pick(s, wanted)
  if wanted then
    local problem = seats.problem(s, wanted)
    if problem then return nil, problem end
    return wanted
  end
  for number = 1, #s.seats do
    if not seats.problem(s, number) then return number end
  end
  return nil, "ALL_TAKEN"
end

function seats.person(s, number)
  local seat = s.seats[number]
  local person = seat and seat.user and s.people[seat.user]
  return person or nil
end

-- What a person could send from the own seat: what is locked cannot be switched on (CH-05).
function seats.allowed(s, person)
  local seat = s.seats[person.seat]
  return {
    audio = not seat.audio_lock and (not s.mute_all or person.is_exempt == true),
    video = not seat.video_lock and not seat.audio_only,
    screen = not seat.screen_lock and not seat.audio_only,
  }
end

-- What a person sends: as much of it as the person wishes.
function seats.media(s, person)
  local allowed = seats.allowed(s, person)
  return {
    audio = person.audio and allowed.audio, video = person.video and allowed.video,
    screen = person.screen and allowed.screen,
  }
end

-- The grid as panels show it.
function seats.grid(s)
  local list = {}
  for number, seat in ipairs(s.seats) do
    local person = seat.user and s.people[seat.user]
    local shown = { state = seat.is_locked and "locked" or "open" }
    if person then
      shown.viewer = { user = person.user, name = person.name }
      if person.state == "invited" or person.state == "linking" then
        shown.state = "reserved"
      else
        local media = seats.media(s, person)
        shown.state = person.state == "suspended" and "suspended" or "occupied"
        shown.muted = not media.audio
        shown.camera_off = not media.video
      end
      shown.featured = s.featured == person.user
    end
    list[number] = shown
  end
  return list
end

-- How many people are on seats or about to be.
function seats.taken(s)
  local count = 0
  for _, seat in ipairs(s.seats) do
    if seat.user then count = count + 1 end
  end
  return count
end

return seats
