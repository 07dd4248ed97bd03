-- What the tests of co-host do again and again.
local stage = {}

-- The number of somebody's request.
function stage.request(show, guest)
  local person = show:state().people[guest.user]
  return person and person.request
end

function stage.state_of(show, guest)
  local person = show:state().people[guest.user]
  return person and person.state or "none"
end

-- Applies, is accepted by the host, and begins to send.
function stage.seat(show, guest, number)
  if number then guest:enter("seat", number) else guest:press("apply") end
  show:command("accept", stage.request(show, guest))
  guest:publish()
end

-- The id of a host's button for a seat and the person on it.
function stage.button(show, act, number)
  local state = show:state()
  local user = state.seats[number].user
  return act .. "-" .. number .. "-" .. (user and state.people[user].number or 0)
end

-- Who has which seat, as the platform has it: `"1 ana av"`, with what may be sent.
function stage.leases(show)
  local list = {}
  for _, seat in ipairs(show:seats()) do
    list[#list + 1] = seat.seat .. " " .. seat.user .. " "
      .. (seat.audio and "a" or "") .. (seat.video and "v" or "") .. (seat.screen and "s" or "")
  end
  return list
end

return stage
