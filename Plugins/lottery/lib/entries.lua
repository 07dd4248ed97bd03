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

-- Why somebody cannot take part at this moment, or nil; `excluded` is the list of the configuration (LOT-10, LOT-13,
-- LOT-17).
function entries.refusal(s, config, now, user, excluded)
  if excluded[user] then return "out_excluded" end
  if now - (s.came[user] or s.began) < config.watch_seconds then return "out_watch" end
  return nil
end

-- Why somebody who has entered does not take part in the draw after all, or nil: the same conditions once more, and
-- those of the close (LOT-09, LOT-14, LOT-16).
local function late_refusal(s, config, now, user, excluded, wins)
  local reason = entries.refusal(s, config, now, user, excluded)
  if reason then return reason end
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
