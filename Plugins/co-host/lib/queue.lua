-- Who waits for a seat, in order (CH-14): whoever is named in `priority` first, then by the log. A host can put
-- somebody in front.
local queue = {}

local function has_priority(config, user)
  return ("," .. config.priority:gsub("%s", "") .. ","):find("," .. user .. ",", 1, true) ~= nil
end

-- Adds somebody at the end, or behind the last who has priority or was put in front.
function queue.add(s, config, user)
  local place = #s.queue + 1
  if has_priority(config, user) then
    while place > 1 and not has_priority(config, s.queue[place - 1]) and not s.people[s.queue[place - 1]].is_first do
      place = place - 1
    end
  end
  table.insert(s.queue, place, user)
end

function queue.place(s, user)
  for place, other in ipairs(s.queue) do
    if other == user then return place end
  end
end

function queue.remove(s, user)
  local place = queue.place(s, user)
  if place then table.remove(s.queue, place) end
end

function queue.put_first(s, user)
  queue.remove(s, user)
  s.people[user].is_first = true
  table.insert(s.queue, 1, user)
end

-- Who has a request of this number.
function queue.of_request(s, request)
  for _, user in ipairs(s.queue) do
    if s.people[user].request == request then return s.people[user] end
  end
end

return queue
