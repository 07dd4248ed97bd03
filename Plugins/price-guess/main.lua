-- Price guess. Everybody guesses what a product costs; who is closest by the rule of the round wins. The ids
-- PG-01 to PG-20 are those of the rule book; README.md says what is done.
local amount = require "lib.amount"
local rules = require "lib.rules"
local shop = require "lib.shop"

---@type Plugin
local game = {}

local NEWEST_SHOWN, WINNERS_SHOWN = 10, 20
local BUCKETS = 10
local SEAL_SHOWN = 12              -- digits of the commitment, once all of it has been on the screen
local LATE_SECONDS = 3             -- a lock that comes later than this was held up by a crash

local function money(value) return { money = value } end

local function has_prizes(room) return room.config.pool ~= "" end

-- Whether every viewer has one answer, which the host judges: nothing is kept for each of them then.
local function is_single(config) return config.attempts == 1 and not config.chat end

local function milliseconds(room) return math.floor(room.now * 1000 + 0.5) end

local function is_amount(config) return config.mode ~= "bracket" and config.mode ~= "higher_lower" end

-- MARK: What is on the screens

local function question(room)
  local s, config = room.state, room.config
  if config.mode == "bracket" then
    local options = {}
    for index = 1, config.brackets do
      local low, high = rules.bracket(config, index)
      options[index] = { index, string.format("%.2f – %.2f", low / 100, high / 100) }
    end
    return { "choice", id = "guess", label = "your_guess", options = options }
  end
  if config.mode == "higher_lower" then
    return { "choice", id = "guess", label = "your_guess", options = { { "higher", "higher" }, { "lower", "lower" } } }
  end
  return {
    "money", id = "guess", label = "your_guess", min = config.min, max = config.max, currency = s.currency,
  }
end

-- Said beforehand: who wins, which answer counts, who is first among equals.
local function rule_texts(room)
  local config = room.config
  local texts = { { "text", config.mode == "under" and "rules" or "rules_" .. config.mode,
    args = config.mode == "higher_lower" and { reference = money(config.reference) } or nil } }
  if config.attempts ~= 1 then
    texts[#texts + 1] = { "text", "counts_" .. config.counts, id = "attempts" }
  end
  if config.tie ~= "first" then texts[#texts + 1] = { "text", "tie_" .. config.tie } end
  if config.over ~= "none" and config.mode == "under" then texts[#texts + 1] = { "text", "over_" .. config.over } end
  if config.points then texts[#texts + 1] = { "text", "points_rule" } end
  if has_prizes(room) then
    for _, text in ipairs(shop.texts(config)) do texts[#texts + 1] = text end
  end
  return texts
end

local function add_all(view, elements)
  for _, element in ipairs(elements) do view[#view + 1] = element end
end

local function head(room)
  local s, config = room.state, room.config
  local view = { { "title", "ask" } }
  if config.rounds > 1 then
    view[#view + 1] = { "text", "round_of", args = { round = s.round, rounds = config.rounds } }
  end
  view[#view + 1] = { "product", s.product, price = "hidden" }    -- the host's screen may be on camera
  return view
end

local function show_open(room)
  local s, config = room.state, room.config
  local view = head(room)
  view[#view + 1] = question(room)
  add_all(view, {
    { "countdown", "lock" },
    { "stat", "guess_count", s.count },
  })
  if s.hint then
    view[#view + 1] = { "text", "hint", args = { low = money(s.hint.low), high = money(s.hint.high) } }
  end
  add_all(view, rule_texts(room))
  if s.commitment then view[#view + 1] = { "text", "committed", args = { hash = s.commitment } } end
  room.panel.show("viewer", view, { picture = config.picture })

  local newest, best = {}, {}
  for _, g in ipairs(s.newest) do newest[#newest + 1] = { g.name, is_amount(config) and money(g.value) or g.value } end
  local leader = s.best[1]
  if leader then best[1] = { leader.viewer.name, is_amount(config) and money(leader.value) or leader.value } end
  view = head(room)
  add_all(view, {
    { "countdown", "lock" },
    { "stat", "guess_count", s.count },
    { "list", "best_so_far", best },
    { "list", "guesses", newest },
    { "button", id = "lock_now" },
    config.rounds > 1 and { "button", id = "void_round" } or false,
  })
  room.panel.show("host", view)
end

-- How many guessed in which range: wide ones, and only after the lock.
local function histogram(room)
  local s, config = room.state, room.config
  local items = {}
  for index = 1, BUCKETS do
    local low, high = rules.bucket(config, index, BUCKETS)
    items[index] = { string.format("%.2f – %.2f", low / 100, high / 100), s.buckets[index] or 0 }
  end
  return { "list", "histogram", items }
end

local function show_result(room, winners)
  local s, config = room.state, room.config
  local first, list = winners[1], {}
  for rank = 1, math.min(#winners, WINNERS_SHOWN) do
    local g = winners[rank]
    list[rank] = { g.viewer.name, is_amount(config) and money(g.value) or g.value }
  end
  local title = { "title", s.count > 0 and "nobody" or "nobody_guessed" }
  if first and is_amount(config) then
    title = { "title", config.mode == "under" and not s.is_closest_overall and "won" or "won_" ..
      (s.is_closest_overall and "nearest" or config.mode),
      args = { name = first.viewer.name, money = money(first.value) } }
  elseif first then
    title = { "title", "won_right", args = { name = first.viewer.name, count = #winners } }
  elseif s.count > 0 and config.mode ~= "under" then
    title = { "title", "nobody_right" }
  end
  local view = { title, { "text", "price_was", args = { price = money(s.price) } } }
  if config.rounds > 1 then
    view[#view + 1] = { "text", "round_of", args = { round = s.round, rounds = config.rounds } }
  end
  add_all(view, { { "product", s.product }, { "stat", "guess_count", s.count } })
  if first then
    add_all(view, {
      { "list", "winner", list },
      { "text", config.mode == "under" and "rules" or "rules_" .. config.mode, id = "result",     -- winners read
        args = config.mode == "higher_lower" and { reference = money(config.reference) } or nil }, -- "congratulations"
      { "celebrate" },
    })
  end
  if config.histogram and is_amount(config) and s.count > 0 then view[#view + 1] = histogram(room) end
  if config.points then view[#view + 1] = { "leaderboard", "board" } end
  -- In words what was committed to; to the letter it is in the host's public events, with the secret.
  if s.commitment then
    add_all(view, {
      { "text", "revealed", args = { price = money(s.price), mode = { text = "mode_" .. config.mode } } },
      { "text", "verify", args = { seal = s.commitment:sub(1, SEAL_SHOWN), round = s.round } },
    })
  end
  room.panel.show("viewer", view)
  if has_prizes(room) and first then view[#view + 1] = { "stat", "coupons_used", shop.used(s) } end
  room.panel.show("host", view)
end

local function show_void(room)
  local view = { { "title", "void" }, { "product", room.state.product, price = "hidden" } }
  if room.config.points then view[#view + 1] = { "leaderboard", "board" } end
  room.panel.show("viewer", view)
  room.panel.show("host", view)
end

-- MARK: Rounds

-- The product of a round, the show's own from the configured one on, in their order; and the price (PG-12). They are
-- those of the start, whatever changes meanwhile.
local function product_of(room, round)
  local products, first = room.products.list(), 1
  for index, product in ipairs(products) do
    if product.id == room.config.product then first = index end
  end
  local product = products[(first + round - 2) % #products + 1]
  return product, round == 1 and room.config.price or product.priceMinor
end

-- Nothing may fail in the middle of a show, so every round is looked at before the first.
local function check_rounds(room)
  local config = room.config
  for round = 1, config.rounds do
    local product, price = product_of(room, round)
    if price > config.max or price < config.min then
      error("the price of " .. product.id .. " is outside of min and max")
    end
  end
end

-- What is fixed before anybody guesses (PG-04). The host mixes a secret of its own into it, or the price could be found
-- by trying.
local function commit(room)
  local s, config = room.state, room.config
  s.commitment = room.fairness.commit("round-" .. s.round, {
    product = s.product, price = s.price, mode = config.mode, tie = config.tie, over = config.over, round = s.round,
    terms = shop.terms(config),
  })
end

local function open_collector(room)
  local config = room.config
  local s = room.state
  s.opened_at = milliseconds(room)
  s.due = room.now + config.seconds
  -- With the picture a round comes to each viewer with its frame; who sees it later has as much longer.
  s.media, s.closing = config.picture and room.panel.picture() or nil, nil
  room.collect("guess", {
    keep = config.attempts == 1 and "first" or "last", timer = "lock", allowance = s.media and config.allowance or 0,
  })
  room.timers.set("lock", config.seconds)
  -- Hints come at even distances and leave the last part of the round without one.
  s.hints_given = 0
  if config.hints > 0 then room.timers.set("hint", config.seconds / (config.hints + 1)) end
end

local function go_on(room)
  local s, config = room.state, room.config
  s.phase = "shown"
  if s.round < config.rounds then
    room.timers.set("next", config.pause)
  elseif #s.outbox == 0 then
    room.finish()                                       -- returns the prizes that nobody won
  end
end

local function begin_round(room)
  local s, config = room.state, room.config
  local product, price = product_of(room, s.round)
  s.product, s.currency, s.price = product.id, product.currency, price
  if s.gone[product.id] then
    show_void(room)
    return go_on(room)
  end
  room.products.embargo(product.id)                   -- nobody else tells it meanwhile (PG-05)
  s.count, s.best, s.near, s.newest, s.buckets = 0, {}, {}, {}, {}
  s.guesses, s.hint, s.is_closest_overall, s.commitment, s.revealed = {}, nil, nil, nil, nil
  s.reopened = false
  s.phase = "open"
  commit(room)
  open_collector(room)
  show_open(room)
end

-- Who has won: by distance, then by the tie rule (PG-07, PG-20).
local function ranking(room)
  local s, config = room.state, room.config
  local board = rules.board(s.best, s.near)
  if not is_single(config) then
    local buckets = {}
    for _, g in pairs(s.guesses) do
      rules.place(config, s.price, board, g)
      if is_amount(config) then
        local bucket = rules.bucket_of(config, g.value, BUCKETS)
        buckets[bucket] = (buckets[bucket] or 0) + 1
      end
    end
    s.buckets = buckets
  end
  local best = board.best
  if #best == 0 and #board.near > 0 then
    best = board.near
    s.is_closest_overall = true
  end
  return best
end

local function score(room, best)
  local s, config = room.state, room.config
  for place, g in ipairs(best) do
    local points = rules.points(config, s.price, s.opened_at, g, place)
    if points > 0 then room.leaderboard.add(g.viewer, points) end
  end
end

local function grant(room, winners)
  local s, config = room.state, room.config
  for _, g in ipairs(winners) do
    if has_prizes(room) then
      room.prizes.grant(config.pool, g.viewer)
      s.granted[g.viewer.user] = (s.granted[g.viewer.user] or 0) + 1
    end
    room.panel.patch(g.viewer, { result = { text = "congratulations" } })
  end
  if has_prizes(room) then shop.tell(room, winners) end
end

-- Ends the round: nothing is taken any more, and the host reveals what was committed to.
local function finish(room)
  local s, config = room.state, room.config
  if s.phase ~= "open" then return end
  local best = ranking(room)
  if #best == 0 and s.count > 0 and config.over == "reopen" and not s.reopened and config.mode == "under" then
    -- Everybody was over: once more, with new answers (PG-08).
    s.reopened = true
    s.guesses, s.newest, s.buckets, s.count = {}, {}, {}, 0
    open_collector(room)
    show_open(room)
    return
  end
  room.collect.close("guess")
  room.timers.cancel("lock")
  room.timers.cancel("allowance")
  room.timers.cancel("hint")
  s.phase = "locked"
  if config.tie == "seeded" and #best > 0 then
    local users = {}
    for index, g in ipairs(best) do users[index] = g.viewer.user end
    room.fairness.freeze("round-" .. s.round, users)
    room.fairness.draw("round-" .. s.round, { count = #users })
  else
    room.fairness.reveal("round-" .. s.round)
  end
end

-- Prizes go out and the price is shown, together with what was committed to; equals stand in the order that was drawn.
local function judge(room, reveal)
  local s, config = room.state, room.config
  local best, winners = ranking(room), {}
  if reveal.ranking then rules.order_equals(best, reveal.ranking) end
  s.revealed = { rules = reveal.rules, secret = reveal.secret }
  for _, g in ipairs(best) do
    local has = s.granted[g.viewer.user] or 0
    if #winners < config.winners and (config.per_viewer == 0 or has < config.per_viewer) then
      winners[#winners + 1] = g
    end
  end
  if config.points then score(room, best) end
  room.products.lift(s.product)
  show_result(room, winners)
  grant(room, winners)
  go_on(room)
end

-- The round counts for nothing: no points, no prizes; what was reserved stays for the next one or goes back (PG-15).
local function void(room)
  if room.state.phase ~= "open" then return end
  room.collect.close("guess")
  room.timers.cancel("lock")
  room.timers.cancel("allowance")
  room.timers.cancel("hint")
  room.products.lift(room.state.product)
  show_void(room)
  go_on(room)
end

-- MARK: Guesses

-- Takes one guess into account; false for what does not count.
local function take(room, board, g)
  local s, config = room.state, room.config
  if rules.is_excluded(config, g.viewer.user) then
    room.panel.patch(g.viewer, { guess = { disabled = true, label = "excluded" } })
    return false
  end
  g.hints = s.hints_given > 0 and s.hints_given or nil
  g.at = milliseconds(room)
  if is_single(config) then
    rules.place(config, s.price, board, g)
    return true
  end
  if not s.guesses[g.viewer.user] then
    s.guesses[g.viewer.user] = { viewer = { user = g.viewer.user, name = g.viewer.name }, attempts = 0 }
  end
  local known = s.guesses[g.viewer.user]
  if config.attempts > 0 and known.attempts >= config.attempts then return false end
  known.attempts = known.attempts + 1
  if rules.replaces(config, s.price, known, g) then
    known.value, known.position, known.hints, known.at = g.value, g.position, g.hints, g.at
  end
  if config.attempts > 0 then
    local left = config.attempts - known.attempts
    local patch = { value = g.value }
    if left == 0 then patch.disabled = true end
    room.panel.patch(g.viewer, { guess = patch })
  end
  return true
end

local function take_all(room, batch)
  local s, config = room.state, room.config
  local taken, fresh = {}, {}
  local board = rules.board(s.best, s.near)
  for _, g in ipairs(batch) do
    local is_new = is_single(config) or not s.guesses[g.viewer.user]
    if take(room, board, g) then
      taken[#taken + 1] = g
      if is_new then s.count = s.count + 1 end
      if is_amount(config) and is_single(config) then
        local bucket = rules.bucket_of(config, g.value, BUCKETS)
        fresh[bucket] = (fresh[bucket] or 0) + 1
      end
    end
  end
  s.best, s.near = board.best, board.near
  for bucket, count in pairs(fresh) do s.buckets[bucket] = (s.buckets[bucket] or 0) + count end
  local newest = {}
  for index = #taken, math.max(1, #taken - NEWEST_SHOWN + 1), -1 do
    newest[#newest + 1] = { name = taken[index].viewer.name, value = taken[index].value }
  end
  for _, g in ipairs(s.newest) do
    if #newest < NEWEST_SHOWN then newest[#newest + 1] = g end
  end
  s.newest = newest
  if #taken > 0 and not s.closing then show_open(room) end
end

-- MARK: Hooks

function game.on_start(room)
  local s, config = room.state, room.config
  local prizes = config.winners * config.rounds
  if has_prizes(room) and not room.prizes.reserve(config.pool, prizes) then
    error("pool \"" .. config.pool .. "\" has fewer than " .. prizes .. " left")
  end
  if config.mode == "higher_lower" and not config.reference then
    error("higher_lower needs a reference")
  end
  check_rounds(room)
  s.round, s.granted, s.gone = 1, {}, {}
  s.coupons, s.outbox, s.tries = {}, {}, 0
  begin_round(room)
end

function game.on_collected(room, name, batch)
  take_all(room, batch)
end

-- Amounts that viewers say are guesses too: taken, and off the screen, so that the chat stays readable (PG-19).
function game.on_danmaku(room, batch)
  local s, config = room.state, room.config
  if not config.chat or s.phase ~= "open" or s.closing or not is_amount(config) then return end
  local guesses = {}
  for _, danmaku in ipairs(batch) do
    local value = danmaku.role == "viewer" and amount(danmaku.text)
    if value then
      room.chat.hide(danmaku.message)
      if value >= config.min and value <= config.max then
        s.chat_position = (s.chat_position or 0) + 1
        guesses[#guesses + 1] = { viewer = danmaku.viewer, value = value, position = s.chat_position }
      end
    end
  end
  if #guesses > 0 then take_all(room, guesses) end
end

-- The last round is over when the shop knows of it.
function game.on_result(room, result)
  local s = room.state
  shop.answered(room, result)
  if s.phase == "shown" and s.round >= room.config.rounds and #s.outbox == 0 then room.finish() end
end

function game.on_revealed(room, name, reveal)
  if room.state.phase == "locked" and name == "round-" .. room.state.round then judge(room, reveal) end
end

function game.on_timer(room, name)
  local s, config = room.state, room.config
  if name == "lock" then
    local is_held_up = room.now - s.due > LATE_SECONDS
    if is_held_up and config.after_crash == "void" then
      void(room)
    elseif s.media and config.allowance > 0 and not is_held_up then
      s.closing = true
      room.timers.set("allowance", config.allowance)
    else
      finish(room)
    end
  elseif name == "allowance" then
    finish(room)
  elseif name == "hint" then
    s.hints_given = s.hints_given + 1
    s.hint = rules.hint(config, s.price, s.hints_given, s.hint)
    if s.hints_given < config.hints then room.timers.set("hint", config.seconds / (config.hints + 1)) end
    show_open(room)
  elseif name == "outbox" then
    shop.retry(room)
  elseif name == "next" then
    s.round = s.round + 1
    begin_round(room)
  end
end

-- The shop says that the product of the round is gone or costs something else: what was guessed means nothing any more
-- (PG-15), and its own rounds to come are not played. What is as it was at the start changes nothing.
local function product_changed(room, change)
  local s = room.state
  local product = type(change) == "table" and type(change.id) == "string" and room.products.get(change.id)
  if not product then return end
  if change.available ~= false and (change.priceMinor == nil or change.priceMinor == product.priceMinor) then return end
  s.gone[product.id] = true
  if product.id ~= s.product or s.phase ~= "open" then return end
  room.chat.say("said_changed")
  void(room)
end

-- The host's buttons.
function game.on_action(room, action)
  if action.name == "lock_now" then finish(room) end
  if action.name == "void_round" then void(room) end
end

function game.on_command(room, command)
  if command.name == "void" then void(room) end
  if command.name == "product" then product_changed(room, command.value) end
  if command.name == "order" and not shop.order(room, command.value) then room.refuse("no_such_coupon") end
  if command.name == "lock" then finish(room) end
end

return game
