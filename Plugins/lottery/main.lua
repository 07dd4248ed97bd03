-- Lottery, lucky bag and red packet rain. The ids LOT-01 to LOT-39 and RP-01 to RP-05 are those of the rule book;
-- README.md says what is done.
--
-- A draw is scheduled, open, waiting for its public input, drawing, claiming, settled; or cancelled, or void. Who wins is
-- decided by the host, from a secret it committed to before anybody entered (room.fairness).
local entries = require "lib.entries"
local screens = require "lib.screens"
local shares = require "lib.shares"

---@type Plugin
local game = {}

local RESERVES = 200                -- places beyond the prizes, for those who do not claim (LOT-30)
local SIDES = 1000000               -- chances are parts of a million (LOT-06)
local INPUT_SECONDS = 600           -- then the draw goes on without a public input
local TIMER_MAX = 86400
local TICKETS_MAX = 100000           -- of a draw, which the host sets (LOT-07)
local BYTES_MAX = 900000            -- of the ids of all entrants: the list is one effect
local BATCH = 50                    -- winners in one message to the shop (LOT-32)
local TOLD_MAX = 2000
local CHECKED = 200                 -- entrants in one question to the shop (LOT-13)
local KEPT_DRAWS, KEPT_BYTES = 3, 3800

local function is_rain(config) return config.kind == "red_packet" end

-- Whether chance decides anything.
local function is_drawn(config)
  if is_rain(config) then return config.split == "random" end
  return config.selection ~= "first"
end

local function prizes_of(config)
  if is_rain(config) then return { { pool = config.pool, count = config.total } } end
  local list = { { pool = config.pool, count = config.winners, chance = config.chance } }
  if config.pool2 then
    list[2] = { pool = config.pool2, count = config.winners2, chance = config.chance2 }
  end
  return list
end

-- What is committed to: nothing of it can change once somebody has entered (LOT-05, LOT-35).
local function rules_of(room)
  local config = room.config
  return {
    kind = config.kind, selection = config.selection, prizes = prizes_of(config), draw = room.state.draw,
    packets = is_rain(config) and config.packets or nil, split = is_rain(config) and config.split or nil,
    tickets_max = config.tickets_max, public_input = config.public_input,
    share_min = is_rain(config) and config.share_min or nil, share_max = is_rain(config) and config.share_max or nil,
    -- The operator's lists stay private and yet cannot be changed afterwards.
    lists = room.fairness.hash { config.weights, config.excluded },
  }
end

-- MARK: Who has won before (LOT-09), in this show and earlier ones

local function past_wins(room)
  local wins = {}
  for index = 0, KEPT_DRAWS - 1 do
    for _, user in ipairs(room.kv.get("wins-" .. index) or {}) do wins[user] = (wins[user] or 0) + 1 end
  end
  return wins
end

local function remember(room)
  local number, list, bytes = (room.kv.get("draws") or 0) + 1, {}, 0
  for _, winner in ipairs(room.state.winners) do
    bytes = bytes + #winner.user + 3
    if winner.state == "granted" and bytes <= KEPT_BYTES then list[#list + 1] = winner.user end
  end
  room.kv.set("draws", number)
  room.kv.set("wins-" .. number % KEPT_DRAWS, list)
end

-- MARK: The shop is told (LOT-32)

local function send(room)
  local batch = room.state.outbox[1]
  if batch then room.webhook.send(room.config.hook, batch) end
end

local function tell_shop(room)
  local s, config = room.state, room.config
  if config.hook == "" then return end
  local was_idle, batch = #s.outbox == 0, nil
  for _, winner in ipairs(s.winners) do
    if winner.state == "granted" then
      if not batch or #batch.winners >= BATCH then
        batch = { draw = s.name, winners = {} }
        s.outbox[#s.outbox + 1] = batch
        batch = s.outbox[#s.outbox]
      end
      batch.winners[#batch.winners + 1] = {
        key = s.name .. "/" .. winner.user .. "/" .. winner.pool, user = winner.user, pool = winner.pool,
        units = winner.share or 1,
      }
    end
  end
  if was_idle then send(room) end
end

-- MARK: The end of a draw

local function finish_if_done(room)
  local s = room.state
  if s.phase == "settled" and (s.draw >= room.config.draws or s.is_ending) and #s.outbox == 0 then
    room.finish()                     -- what was not granted is back in its pool, once (LOT-04, LOT-29, RP-04)
  end
end

local function settle(room)
  local s = room.state
  s.phase = "settled"
  remember(room)
  tell_shop(room)
  screens.show(room)
  for _, winner in ipairs(s.winners) do
    if winner.state == "granted" then
      room.panel.patch(winner, { outcome = winner.share
        and { text = "you_got", args = { share = { money = winner.share } } }
        or { text = "you_won", args = { prize = { text = winner.pool } } } })
    end
  end
  if s.draw < room.config.draws and not s.is_ending then room.timers.set("next", room.config.pause) end
  finish_if_done(room)
end

local function grant(room, winner)
  room.prizes.grant(winner.pool, winner, winner.share)
  winner.state = "granted"
end

-- Which unit of what is left a place gets: the next one, or by chance the one that was rolled, if there is one left.
local function unit_for(s, config, place)
  if config.selection ~= "chance" then return 1 end
  local from = 0
  for _, prize in ipairs(s.rules.prizes) do
    if s.rolls[place] > from and s.rolls[place] <= from + prize.chance then
      for index, pool in ipairs(s.free) do if pool == prize.pool then return index end end
    end
    from = from + prize.chance
  end
  return nil
end

-- Gives what is free to the next places of the one ranking there is (LOT-08, LOT-30).
local function fill(room)
  local s, config = room.state, room.config
  local waiting = false
  while #s.free > 0 and s.next <= #s.ranking do
    local place = s.next
    local user, index = s.ranking[place], unit_for(s, config, place)
    s.next = place + 1
    if index then
      local winner = { user = user, name = s.names[user], pool = table.remove(s.free, index), state = "waiting" }
      if config.claim_seconds == 0 then grant(room, winner) end
      s.winners[#s.winners + 1] = winner
    end
  end
  for _, winner in ipairs(s.winners) do waiting = waiting or winner.state == "waiting" end
  if not waiting then return settle(room) end
  s.phase = "claiming"
  s.claim_until = room.now + config.claim_seconds
  room.timers.set("claiming", math.min(config.claim_seconds, TIMER_MAX))
  screens.show(room)
  for _, winner in ipairs(s.winners) do
    if winner.state == "waiting" then
      room.panel.patch(winner, { outcome = { text = "you_may_claim" }, claim = { hidden = false } })
    end
  end
end

local function award(room, ranking)
  local s = room.state
  s.ranking, s.next, s.free = ranking, 1, {}
  for _, prize in ipairs(s.rules.prizes) do
    for _ = 1, prize.count do s.free[#s.free + 1] = prize.pool end
  end
  fill(room)
end

-- Who has not won lately goes before who has; both in the order that was drawn (LOT-06).
local function fresh_first(ranking, wins)
  local fresh, others = {}, {}
  for _, user in ipairs(ranking) do
    local list = wins[user] and others or fresh
    list[#list + 1] = user
  end
  return table.move(others, 1, #others, #fresh + 1, fresh)
end

-- A packet each, in the order in which they were grabbed (RP-01 to RP-03).
local function pay(room, list)
  local s = room.state
  for index, grab in ipairs(s.grabs) do
    local winner = { user = grab.user, name = grab.name, pool = room.config.pool, share = list[index], state = "waiting" }
    grant(room, winner)
    s.winners[index] = winner
  end
  settle(room)
end

-- MARK: Open, close, draw

-- Who had entered and was left out at the close hears why (LOT-14).
local function show_refused(room)
  local s, told = room.state, 0
  for user, reason in pairs(s.out) do
    if s.tickets[user] and told < TOLD_MAX then
      told = told + 1
      room.panel.patch({ user = user, name = s.names[user] }, { outcome = { text = reason } })
    end
  end
end

local function packet_ids(config)
  local ids = {}
  for index = 1, config.packets do ids[index] = "packet-" .. index end
  return ids
end

local function begin_draw(room)
  local s = room.state
  s.name = "draw-" .. s.draw
  s.collector = "enter-" .. s.draw                       -- an old press does not count in the next draw (LOT-21)
  s.rules = rules_of(room)
  s.rules_hash = room.fairness.hash(s.rules)
  s.tickets, s.names, s.order, s.grabs, s.count, s.sum, s.bytes = {}, {}, {}, {}, 0, 0, 0
  s.out, s.winners, s.ranking, s.rolls, s.free = {}, {}, {}, {}, {}
  s.commitment, s.entrants, s.input, s.secret, s.void = nil, nil, nil, nil, nil
  s.said, s.refused, s.asked, s.asked_count, s.check = {}, {}, {}, 0, nil
  for user, ends in pairs(s.muted) do if ends <= room.now then s.muted[user] = nil end end
  s.abandoned = room.fairness.abandoned()
end

local function open(room)
  local s, config = room.state, room.config
  s.phase = "open"
  if is_drawn(config) then s.commitment = room.fairness.commit(s.name, s.rules) end
  -- How the packets are split is fixed before the first is grabbed, and known to nobody.
  if is_rain(config) and is_drawn(config) then s.entrants = room.fairness.freeze(s.name, packet_ids(config)) end
  local keep = { keep = config.tickets_max > 1 and not is_rain(config) and "last" or "first" }
  if config.kind == "lucky_bag" then
    keep.match = config.match
    room.chat.collect(s.collector, config.phrase, keep)
  else
    room.collect(s.collector, keep)
  end
  room.timers.set("close", config.seconds)
  screens.show(room)
end

local function draw(room)
  local s, config = room.state, room.config
  local places = config.packets
  if not is_rain(config) then
    places = RESERVES
    for _, prize in ipairs(s.rules.prizes) do places = places + prize.count end
    -- Who goes last must not fill the places of those who go first; and by chance most places win nothing.
    if config.selection == "fresh" or config.selection == "chance" then places = 10000 end
  end
  s.phase = "drawing"
  room.fairness.draw(s.name, { count = places, sides = SIDES, input = s.input })
  screens.show(room)
end

-- Who is left takes part: the list is fixed.
local function freeze(room)
  local s, config = room.state, room.config
  local tickets, out = entries.eligible(s, config, room.now, past_wins(room))
  for user, reason in pairs(out) do s.out[user] = reason end
  if not is_drawn(config) then
    local ranking = {}
    for _, user in ipairs(s.order) do if tickets[user] then ranking[#ranking + 1] = user end end
    return award(room, ranking)
  end
  s.entrants = room.fairness.freeze(s.name, tickets)
  if not config.public_input or s.is_ending then return draw(room) end
  s.phase = "input"
  room.timers.set("input", INPUT_SECONDS)
  screens.show(room)
end

-- The shop is asked, some entrants at a time, who may not take part; a shop that does not answer refuses nobody.
local function ask_shop(room)
  local s, viewers = room.state, {}
  for index = s.asked_count + 1, math.min(#s.asked, s.asked_count + CHECKED) do viewers[#viewers + 1] = s.asked[index] end
  if #viewers == 0 then
    s.asked, s.check = {}, nil
    return freeze(room)
  end
  s.asked_count = s.asked_count + #viewers
  s.check = room.webhook.send(room.config.check, { draw = s.name, viewers = viewers })
end

local function shop_answered(room, result)
  local s = room.state
  local body = not result.error and result.value.body
  s.check = nil
  if s.phase ~= "checking" then return end
  if type(body) == "table" and type(body.refused) == "table" then
    for user, reason in pairs(body.refused) do
      if s.tickets[user] then s.refused[user] = entries.reason(reason) end
    end
  else
    room.log("warning", "the check of entrants was not answered: " .. tostring(result.error))
    s.asked = {}
  end
  ask_shop(room)
end

local function close(room)
  local s, config = room.state, room.config
  if s.phase ~= "open" then return end
  room.timers.cancel("close")
  if config.kind == "lucky_bag" then room.chat.collect.close(s.collector) else room.collect.close(s.collector) end
  if is_rain(config) then
    if is_drawn(config) then return draw(room) end
    return pay(room, shares.fixed(config.total, config.packets))
  end
  if config.check == "" or s.count == 0 then return freeze(room) end
  s.phase = "checking"
  for user in pairs(s.tickets) do s.asked[#s.asked + 1] = user end
  screens.show(room)
  ask_shop(room)
end

local function take_input(room, number)
  local s = room.state
  if s.phase ~= "input" then return end
  room.timers.cancel("input")
  s.input = number and tostring(number) or nil
  draw(room)
end

-- Before the draw only. The commitment is never revealed then, and everybody can see that (LOT-28).
local function cancel(room)
  local s = room.state
  if s.phase ~= "scheduled" and s.phase ~= "open" and s.phase ~= "checking" and s.phase ~= "input" then return end
  s.phase = "cancelled"
  if s.commitment then s.abandoned = s.abandoned + 1 end
  screens.show(room)
  room.finish()
end

-- MARK: Entries

local function enter(room, batch)
  local s, config = room.state, room.config
  local excluded, weights = entries.list(config.excluded), entries.weights(config)
  for _, entry in ipairs(batch) do
    local user = entry.viewer.user
    local reason = entries.refusal(s, config, room.now, user, excluded)
    if reason then
      s.out[user] = reason
      room.panel.patch(entry.viewer, { mine = { text = reason } })
    else
      local has, weight = s.tickets[user] or 0, weights[user] or 1
      if s.sum + weight > TICKETS_MAX or s.bytes > BYTES_MAX then
        room.panel.patch(entry.viewer, { mine = { text = "full" } })
        goto next
      end
      if has == 0 then
        s.bytes = s.bytes + #user + 10
        s.count = s.count + 1
        s.names[user] = entry.viewer.name
        s.out[user] = nil
        if config.selection == "first" then s.order[#s.order + 1] = user end
      end
      if has < config.tickets_max then
        s.tickets[user] = has + 1
        if entry.message and config.moderated == "lose" then s.said[entry.message] = user end
        s.sum = s.sum + weight
        room.panel.patch(entry.viewer, { mine = { text = "you_are_in", args = { tickets = has + 1 } } })
      end
    end
    ::next::
  end
end

local function grab(room, batch)
  local s, config = room.state, room.config
  local excluded = entries.list(config.excluded)
  for _, entry in ipairs(batch) do
    local user = entry.viewer.user
    local text = "missed"
    if excluded[user] then
      text = "out_excluded"
    elseif entries.is_silenced(s, user) then
      text = "out_moderated"
    elseif (s.got[user] or 0) >= config.per_viewer then
      text = "enough"
    elseif #s.grabs < config.packets then
      s.grabs[#s.grabs + 1] = { user = user, name = entry.viewer.name }
      s.got[user] = (s.got[user] or 0) + 1
      s.count = s.count + 1
      text = "grabbed_one"
    end
    room.panel.patch(entry.viewer, { mine = { text = text } })
  end
end

-- MARK: Hooks

function game.on_start(room)
  local s, config = room.state, room.config
  for _, prize in ipairs(prizes_of(config)) do
    if not room.prizes.reserve(prize.pool, prize.count * config.draws) then
      error("pool \"" .. prize.pool .. "\" has fewer than " .. prize.count * config.draws .. " left")
    end
  end
  s.draw, s.began, s.came, s.gone, s.got, s.outbox, s.tries = 1, room.now, {}, {}, {}, {}, 0
  s.muted, s.banned = {}, {}
  begin_draw(room)
  if config.delay == 0 then return open(room) end
  s.phase = "scheduled"
  room.timers.set("open", config.delay)
  screens.show(room)
end

function game.on_collected(room, name, batch)
  local s, config = room.state, room.config
  if s.phase ~= "open" or name ~= s.collector then return end
  if is_rain(config) then grab(room, batch) else enter(room, batch) end
  if is_rain(config) and #s.grabs >= config.packets then return close(room) end
  screens.show(room)
end

function game.on_revealed(room, name, reveal)
  local s, config = room.state, room.config
  if s.phase ~= "drawing" or name ~= s.name then return end
  s.secret, s.rolls = reveal.secret, reveal.rolls
  if is_rain(config) then
    return pay(room, shares.random(config.total, config.share_min, config.share_max, reveal.rolls))
  end
  local ranking = reveal.ranking
  if config.selection == "fresh" then ranking = fresh_first(ranking, past_wins(room)) end
  award(room, ranking)
  show_refused(room)
end

function game.on_timer(room, name)
  local s, config = room.state, room.config
  if name == "open" then
    open(room)
  elseif name == "close" then
    close(room)
  elseif name == "input" then
    take_input(room, nil)
  elseif name == "outbox" then
    send(room)
  elseif name == "next" then
    s.draw = s.draw + 1
    begin_draw(room)
    open(room)
  elseif name == "claiming" and s.phase == "claiming" then
    if room.now < s.claim_until then
      return room.timers.set("claiming", math.min(math.max(0.1, s.claim_until - room.now), TIMER_MAX))
    end
    for _, winner in ipairs(s.winners) do
      if winner.state == "waiting" then
        winner.state = "forfeited"
        s.free[#s.free + 1] = winner.pool
        room.panel.patch(winner, { outcome = { text = "too_late" }, claim = { hidden = true } })
      end
    end
    fill(room)
  end
end

-- A prize goes to the next place: not claimed, or the operator says that its winner cannot have it (LOT-39).
local function forfeit(room, user)
  local s = room.state
  if s.phase ~= "claiming" then return end
  for _, winner in ipairs(s.winners) do
    if winner.user == user and winner.state == "waiting" then
      winner.state = "forfeited"
      s.free[#s.free + 1] = winner.pool
      room.panel.patch(winner, { outcome = { text = "too_late" }, claim = { hidden = true } })
      return fill(room)
    end
  end
end

local function claim(room, viewer)
  local s = room.state
  if s.phase ~= "claiming" then return end
  local waiting = false
  for _, winner in ipairs(s.winners) do
    if winner.user == viewer.user and winner.state == "waiting" then
      grant(room, winner)
      room.panel.patch(viewer, { outcome = { text = "you_won", args = { prize = { text = winner.pool } } }, claim = { hidden = true } })
    end
    waiting = waiting or winner.state == "waiting"
  end
  if waiting then return end
  room.timers.cancel("claiming")
  settle(room)
end

-- One asks with a reason, another one agrees; what was claimed by then stays granted.
local function void(room, by, reason)
  local s = room.state
  if s.phase ~= "claiming" then return end
  if reason then
    s.void = { by = by.user, reason = reason }
  elseif s.void and s.void.by ~= by.user then
    s.phase = "void"
    screens.show(room)
    room.finish()
  end
end

function game.on_action(room, action)
  if action.name == "claim" then claim(room, action.viewer) end
  if action.role == "viewer" then return end
  if action.name == "close_now" then close(room) end
  if action.name == "cancel" then cancel(room) end
  if action.name == "input" then take_input(room, action.value) end
end

-- Somebody ends the show: what people have entered is drawn first, or given up, as configured (LOT-36).
function game.on_ending(room)
  local s = room.state
  local is_open = s.phase ~= "scheduled" and s.phase ~= "cancelled" and s.phase ~= "void"
  if room.config.on_stop ~= "draw" or not is_open or s.phase == "settled" and #s.outbox == 0 then return end
  room.linger()
  s.is_ending = true
  room.timers.cancel("next")
  if s.phase == "open" then close(room) end
  if s.phase == "input" then take_input(room, nil) end
end

function game.on_command(room, command)
  local name, value = command.name, command.value
  if name == "close" then close(room) end
  if name == "cancel" then cancel(room) end
  if name == "input" and math.type(value) == "integer" then take_input(room, value) end
  if name == "forfeit" and type(value) == "string" then forfeit(room, value) end
  if name == "void" and type(value) == "string" and value ~= "" then void(room, command.by, value) end
  if name == "approve_void" then void(room, command.by, nil) end
end

function game.on_result(room, result)
  local s = room.state
  if result.service ~= "webhook" then return end
  if result.id == s.check then return shop_answered(room, result) end
  if result.error or result.value.status >= 300 then
    -- Until it is acknowledged; the shop knows what it has by the keys.
    s.tries = s.tries + 1
    return room.timers.set("outbox", math.min(60, 2 ^ math.min(s.tries, 6)))
  end
  s.tries = 0
  table.remove(s.outbox, 1)
  if #s.outbox > 0 then send(room) else finish_if_done(room) end
end

-- Whoever hosts silence loses an entry, whose phrase they delete as well; the list is not fixed yet (LOT-12). Who is
-- banned cannot claim, so the next place gets it (LOT-39).
function game.on_moderated(room, acts)
  local s, config = room.state, room.config
  for _, act in ipairs(acts) do
    if act.act == "banned" then forfeit(room, act.user) end
    if config.moderated == "lose" then
      if act.act == "deleted" then
        entries.take_back(room, act.message)
      elseif act.act == "muted" then
        s.muted[act.user] = act.ends
      elseif act.act == "banned" then
        s.banned[act.user] = true
      elseif act.act == "unmuted" then
        s.muted[act.user] = nil
      else
        s.banned[act.user] = nil
      end
      if s.phase == "open" and is_rain(config) then entries.drop_packets(room) end
    end
  end
  if s.phase == "open" then screens.show(room) end
end

local function watches(config) return config.watch_seconds > 0 or config.must_be_present end

function game.on_join(room, people)
  local s, config = room.state, room.config
  if not watches(config) then return end
  for _, person in ipairs(people) do
    local gone = s.gone[person.user]
    if not s.came[person.user] or gone and room.now - gone > config.grace then s.came[person.user] = room.now end
    s.gone[person.user] = nil
  end
end

function game.on_leave(room, people)
  local s, config = room.state, room.config
  if not watches(config) then return end
  for _, person in ipairs(people) do s.gone[person.user] = room.now end
end

return game
