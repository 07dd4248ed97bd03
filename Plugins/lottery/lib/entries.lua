-- Who takes part, with how many tickets, and who is left out for which reason.
local entries = {}

-- "ana=3, bo" as { ana = 3, bo = 1 }.
function entries.list(text)
  local list = {}
  for word in text:gmatch("[^,%s]+") do
    local user, count = word:match("^(.+)=(%d+)$")
    list[user or word] = math.tointeger(count) or 1
  end
  return list
end

-- What a ticket of somebody is worth; 1 for who is not in the list (LOT-07).
function entries.weights(config)
  return config.selection == "weighted" and entries.list(config.weights) or {}
end

-- A name of which strangers learn nothing: the first character, and as many stars for everybody (LOT-37).
function entries.masked(name)
  local second = utf8.offset(name, 2)
  return (second and name:sub(1, second - 1) or name) .. "***"
end

-- Hosts have muted this person for a time that reaches into the draw, or banned; and have not taken it back (LOT-12).
function entries.is_silenced(s, user) return s.muted[user] ~= nil or s.banned[user] ~= nil end

-- What the shop says against somebody, in words of the locales (LOT-13, LOT-17, LOT-19, LOT-20).
local REASONS = { conditions = true, region = true, age = true, linked = true, quarantine = true }
function entries.reason(word) return REASONS[word] and "out_" .. word or "out_shop" end

-- A host deleted what was said: the ticket that it brought is gone (LOT-12).
function entries.take_back(room, message)
  local s, config = room.state, room.config
  local user = s.said[message]
  if s.phase ~= "open" or not user then return end
  s.said[message] = nil
  s.tickets[user] = s.tickets[user] - 1
  s.sum = s.sum - (entries.weights(config)[user] or 1)
  if s.tickets[user] > 0 then return end
  s.tickets[user] = nil
  s.count = s.count - 1
  s.out[user] = "out_deleted"
  for place, other in ipairs(s.order) do
    if other == user then
      table.remove(s.order, place)
      break
    end
  end
  room.panel.patch({ user = user, name = s.names[user] }, { mine = { text = "out_deleted" } })
end

-- Packets of people who were silenced before the close are free again (LOT-12).
function entries.drop_packets(room)
  local s = room.state
  for place = #s.grabs, 1, -1 do
    local packet = s.grabs[place]
    if entries.is_silenced(s, packet.user) then
      table.remove(s.grabs, place)
      s.got[packet.user] = s.got[packet.user] - 1
      s.count = s.count - 1
      s.out[packet.user] = "out_moderated"
      room.panel.patch(packet, { mine = { text = "out_moderated" } })
    end
  end
end

-- Why somebody cannot take part at this moment, or nil; `excluded` is the list of the configuration (LOT-10, LOT-13,
-- LOT-17).
function entries.refusal(s, config, now, user, excluded)
  if excluded[user] then return "out_excluded" end
  if entries.is_silenced(s, user) then return "out_moderated" end
  if now - (s.came[user] or s.began) < config.watch_seconds then return "out_watch" end
  return nil
end

-- Why somebody who has entered does not take part in the draw after all, or nil: the same conditions once more, and
-- those of the close (LOT-09, LOT-14, LOT-16).
local function late_refusal(s, config, now, user, excluded, wins)
  local reason = entries.refusal(s, config, now, user, excluded)
  if reason then return reason end
  if s.refused[user] then return s.refused[user] end
  if config.must_be_present and s.gone[user] and now - s.gone[user] > config.grace then return "out_absent" end
  if config.win_cap > 0 and (wins[user] or 0) >= config.win_cap then return "out_cap" end
  return nil
end

-- The tickets of everybody who qualifies at the close, and the reasons of the others. No tickets, no entry (LOT-07).
function entries.eligible(s, config, now, wins)
  local tickets, out, excluded = {}, {}, entries.list(config.excluded)
  local weights = entries.weights(config)
  for user, count in pairs(s.tickets) do
    local weight = weights[user] or 1
    local reason = late_refusal(s, config, now, user, excluded, wins) or weight == 0 and "out_weight"
    if reason then out[user] = reason else tickets[user] = count * weight end
  end
  return tickets, out
end

return entries
