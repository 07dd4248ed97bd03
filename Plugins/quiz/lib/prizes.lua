-- Who gets what. Candidates come in the order that was announced; limits and the shop's own check are looked at one
-- after the other, until there is no prize or no candidate left. Grants go out in portions.
local bank = require "lib.bank"
local view = require "lib.view"

local prizes = {}

local PORTION, CHECKED, WINNERS_MAX = 200, 50, 2000
local LOTS_MAX, LOTS_BYTES_MAX = 10000, 900000

-- Whether lots decide who is first among equals. They are the host's, and anybody can check them (QZ-18).
function prizes.has_lots(room)
  return room.config.order == "seeded" and room.config.mode ~= "first_n" and view.has_prizes(room)
end

-- Before anybody has answered: what the lots will be is fixed, and nobody knows it.
function prizes.commit(room)
  local config = room.config
  if not prizes.has_lots(room) then return end
  room.state.commitment = room.fairness.commit("lots", {
    mode = config.mode, pool = config.pool, winners = config.winners, pot = room.state.pot, minimum = config.minimum,
    remainder = config.remainder,
  })
end

-- What is taken from the pool at the start (QZ-18).
function prizes.needed(room)
  local config = room.config
  if not view.has_prizes(room) then return 0 end
  if config.pot > 0 then return room.state.pot end
  return config.winners * (config.mode == "first_n" and #config.questions or 1)
end

function prizes.pot(room)
  local config = room.config
  local carried = config.no_winner == "rollover" and room.kv.get("rollover") or 0
  return math.min(1000000, config.pot + carried)
end

-- Whoever stands to win.
local function candidates(room)
  local s, config, list = room.state, room.config, {}
  for place = 1, s.count do
    local user = s.roster[place]
    local player = s.players[user]
    local wins = s.asked > 0
    if config.mode == "elimination" then
      wins = wins and not player.out
    elseif config.mode == "all_correct" then
      wins = wins and player.right == s.asked
    else
      wins = wins and player.points > 0
    end
    if wins then
      list[#list + 1] = {
        user = user, name = player.name, points = player.points, time = player.time, position = player.position, fast = player.fast,
      }
    end
  end
  return list
end

-- First who is first; `places` are those of the lots, where they decide (QZ-18).
local function sorted(list, places)
  table.sort(list, function(one, other)
    if one.points ~= other.points then return one.points > other.points end
    local mine, others = places[one.user] or math.maxinteger, places[other.user] or math.maxinteger
    if mine ~= others then return mine < others end
    if one.time ~= other.time then return one.time < other.time end
    return one.position < other.position
  end)
  return list
end

-- The right answers to the question that was just judged, first who answered first (QZ-01, first N).
local function quickest(room)
  local s, list = room.state, {}
  local question, correct = view.question(room), view.correct(room)
  for user, answer in pairs(s.answers) do
    if bank.is_right(question, correct, answer.value) then
      list[#list + 1] = { user = user, name = s.players[user].name, position = answer.position, fast = s.players[user].fast }
    end
  end
  table.sort(list, function(one, other) return one.position < other.position end)
  return list
end

local function owns_enough(room, viewer)
  local config = room.config
  return view.has_prizes(room) and config.pot == 0 and config.per_viewer > 0
    and room.prizes.granted(config.pool, viewer) >= config.per_viewer
end

-- Accepts candidates until something has to be asked; true when all that can win have won.
local function accept(room)
  local s, config = room.state, room.config
  local settle = s.settle
  while #settle.winners < settle.quota and settle.at <= #settle.list do
    if config.check ~= "" then
      local asked = {}
      while settle.at <= #settle.list and #asked < math.min(CHECKED, settle.quota - #settle.winners) do
        local candidate = settle.list[settle.at]
        if owns_enough(room, candidate) then
          room.panel.patch(candidate, { result = { text = "result_limit", hidden = false } })
        else
          asked[#asked + 1] = { user = candidate.user, name = candidate.name, fast = candidate.fast }
        end
        settle.at = settle.at + 1
      end
      if #asked > 0 then
        local body = { game = room.show.id() .. "/" .. s.game, pool = config.pool, viewers = {} }
        if config.per_device > 0 then body.perDevice = config.per_device end           -- the shop knows its devices (QZ-21)
        for place, one in ipairs(asked) do body.viewers[place] = { user = one.user, suspicious = one.fast > 0 } end
        settle.asked = asked
        settle.request = room.webhook.send(config.check, body)
        return false
      end
    else
      local candidate = settle.list[settle.at]
      settle.at = settle.at + 1
      if owns_enough(room, candidate) then
        room.panel.patch(candidate, { result = { text = "result_limit", hidden = false } })
      else
        settle.winners[#settle.winners + 1] = { user = candidate.user, name = candidate.name, count = 1 }
      end
    end
  end
  return true
end

-- Equal shares, rounded down; what is left is the house's, or one unit each for the first (QZ-17).
local function divide(room)
  local settle, config = room.state.settle, room.config
  local winners = settle.winners
  if config.pot == 0 or #winners == 0 then return end
  local share, rest = room.state.pot // #winners, room.state.pot % #winners
  for place, winner in ipairs(winners) do
    winner.count = share + (config.remainder == "first" and place <= rest and 1 or 0)
  end
end

-- The list of those who stand to win is fixed and shown before the lots are known.
local function draw_lots(room)
  local users, bytes = {}, 0
  for place, candidate in ipairs(sorted(candidates(room), {})) do
    bytes = bytes + #candidate.user + 10
    if bytes > LOTS_BYTES_MAX then break end                -- the list is one effect
    users[place] = candidate.user
  end
  if #users == 0 then return room.fairness.reveal("lots") end
  room.state.entrants = room.fairness.freeze("lots", users)
  room.fairness.draw("lots", { count = math.min(#users, LOTS_MAX) })
end

local function settle(room, list)
  local s, config = room.state, room.config
  local quota = config.winners
  if config.pot > 0 then quota = math.min(WINNERS_MAX, s.pot // config.minimum) end
  local kept = {}
  for place = 1, math.min(#list, quota + WINNERS_MAX) do
    kept[place] = { user = list[place].user, name = list[place].name, fast = list[place].fast }
  end
  s.settle = { list = kept, at = 1, quota = quota, winners = {}, paid = 0 }
  return prizes.go_on(room)
end

-- Begins to settle the game, or with first N a question. True when everything is settled.
function prizes.begin(room)
  if room.config.mode == "first_n" then return settle(room, quickest(room)) end
  if not prizes.has_lots(room) then return settle(room, sorted(candidates(room), {})) end
  draw_lots(room)
  return false
end

-- The lots are known. True when everything is settled.
function prizes.drawn(room, reveal)
  local places = {}
  for place, user in ipairs(reveal.ranking or {}) do places[user] = place end
  room.state.secret = reveal.secret
  return settle(room, sorted(candidates(room), places))
end

local function pay(room)
  local s, config = room.state, room.config
  local settle = s.settle
  local last = math.min(#settle.winners, settle.paid + PORTION)
  for place = settle.paid + 1, last do
    local winner = settle.winners[place]
    local told = { text = "result_right", hidden = false }
    if view.has_prizes(room) then
      room.prizes.grant(config.pool, winner, winner.count)
      told = config.pot > 0 and { text = "result_share", args = { amount = { money = winner.count } }, hidden = false }
        or { text = "result_coupon", hidden = false }
    end
    room.panel.patch(winner, { result = told })
    if #s.won < 20 then s.won[#s.won + 1] = { name = winner.name, count = winner.count } end
  end
  s.won_count = s.won_count + last - settle.paid
  settle.paid = last
  return last >= #settle.winners
end

-- Goes on where it stopped: after an answer of the shop, or with the next portion. True when everything is settled.
function prizes.go_on(room)
  local s, config = room.state, room.config
  local settle = s.settle
  if not settle.is_divided then
    if not accept(room) then return false end
    divide(room)
    settle.is_divided = true
  end
  if not pay(room) then
    room.timers.set("pay", 0.1)
    return false
  end
  if config.pot > 0 and config.no_winner == "rollover" then
    room.kv.set("rollover", #settle.winners == 0 and s.pot or nil)
  end
  return true
end

-- What the shop says against somebody, in words of the locales: of a list of ids no more than that, of a table from id to
-- reason why.
local REASONS = { device = "result_device", owned = "result_limit" }

local function refusals(list)
  local refused = {}
  for key, value in pairs(list or {}) do
    if type(key) == "string" then
      refused[key] = REASONS[value] or "result_refused"
    elseif type(value) == "string" then
      refused[value] = "result_refused"
    end
  end
  return refused
end

-- The shop has said who may not get a prize: who has it already, who plays with too many accounts on one device, or did
-- not pass its own check (QZ-19, QZ-21).
function prizes.checked(room, result)
  local s = room.state
  local settle = s.settle
  if not settle or settle.request ~= result.id then return false end
  local refused = {}
  if result.error or type(result.value) ~= "table" or type(result.value.body) ~= "table" then
    -- Who has won is not made to pay for a shop that cannot be reached; the operator reads of it.
    room.log("warning", "the check of winners was not answered: " .. tostring(result.error))
  else
    refused = refusals(result.value.body.refused)
  end
  for _, one in ipairs(settle.asked) do
    if refused[one.user] then
      local reason = refused[one.user]
      s.refused[reason] = (s.refused[reason] or 0) + 1
      room.panel.patch(one, { result = { text = reason, hidden = false } })
    else
      settle.winners[#settle.winners + 1] = { user = one.user, name = one.name, count = 1 }
    end
  end
  settle.asked, settle.request = nil, nil
  return true
end

return prizes
