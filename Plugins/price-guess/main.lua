-- Price guess: the closest guess that is not over the true price wins. The first guess of a viewer
-- counts, and of equal guesses the earlier one, by the order of the log.
local game = {}

local NEWEST_SHOWN, WINNERS_SHOWN = 10, 20

local function money(amount) return { money = amount } end

local function has_prizes(room) return room.config.pool ~= "" end

-- The better guess first: all of them are at most the price.
local function better(a, b)
  if a.value ~= b.value then return a.value > b.value end
  return a.position < b.position
end

local function show_open(room)
  local s, config = room.state, room.config
  room.panel.show("viewer", {
    { "title", "ask" },
    { "product", config.product, price = "hidden" },
    { "money", id = "guess", label = "your_guess", min = 1, max = config.max },
    { "countdown", "lock" },
    { "stat", "guess_count", s.count },
    { "text", "rules" },
  })

  local newest, best = {}, {}
  for _, g in ipairs(s.newest) do newest[#newest + 1] = { g.name, money(g.value) } end
  if s.best[1] then best[1] = { s.best[1].viewer.name, money(s.best[1].value) } end
  room.panel.show("host", {
    { "title", "ask" },
    { "product", config.product, price = "hidden" },   -- the host's screen may be on camera
    { "countdown", "lock" },
    { "stat", "guess_count", s.count },
    { "list", "best_so_far", best },
    { "list", "guesses", newest },
    { "button", id = "lock_now" },
  })
end

local function show_result(room)
  local s, config = room.state, room.config
  local first, winners = s.best[1], {}
  for rank = 1, math.min(#s.best, WINNERS_SHOWN) do
    winners[rank] = { s.best[rank].viewer.name, money(s.best[rank].value) }
  end
  local view = {
    first and { "title", "won", args = { name = first.viewer.name, money = money(first.value) } }
      or { "title", s.count > 0 and "nobody" or "nobody_guessed" },
    { "text", "price_was", args = { price = money(config.price) } },
    { "product", config.product },
    { "stat", "guess_count", s.count },
    first and { "list", "winner", winners },
    first and { "text", "rules", id = "result" },       -- winners read "congratulations" instead
    first and { "celebrate" },
  }
  room.panel.show("viewer", view)
  room.panel.show("host", view)
end

-- Ends the round: nothing is taken any more, prizes go out, the price is shown.
local function finish(room)
  room.collect.close("guess")
  show_result(room)
  for _, g in ipairs(room.state.best) do
    if has_prizes(room) then room.prizes.grant(room.config.pool, g.viewer) end
    room.panel.patch(g.viewer, { result = { text = "congratulations" } })
  end
  room.finish()                                         -- returns the prizes that nobody won
end

function game.on_start(room)
  local s, config = room.state, room.config
  if config.price > config.max then
    error("config.max must be at least the price, or nobody can win")
  end
  if has_prizes(room) and not room.prizes.reserve(config.pool, config.winners) then
    error("pool \"" .. config.pool .. "\" has fewer than " .. config.winners .. " left")
  end
  s.count, s.best, s.newest = 0, {}, {}
  room.collect("guess", { keep = "first" })
  room.timers.set("lock", config.seconds)
  show_open(room)
end

function game.on_collected(room, name, batch)
  local s, config = room.state, room.config
  s.count = s.count + #batch

  local best, newest = {}, {}
  for _, g in ipairs(s.best) do best[#best + 1] = g end
  for _, g in ipairs(batch) do
    if g.value <= config.price then best[#best + 1] = g end
  end
  table.sort(best, better)
  for rank = #best, config.winners + 1, -1 do best[rank] = nil end
  s.best = best

  for index = #batch, math.max(1, #batch - NEWEST_SHOWN + 1), -1 do
    newest[#newest + 1] = { name = batch[index].viewer.name, value = batch[index].value }
  end
  for _, g in ipairs(s.newest) do
    if #newest < NEWEST_SHOWN then newest[#newest + 1] = g end
  end
  s.newest = newest

  show_open(room)
end

function game.on_timer(room, name)
  finish(room)
end

-- The host's button: locks before the time is up.
function game.on_action(room, action)
  if action.name == "lock_now" then finish(room) end
end

return game
