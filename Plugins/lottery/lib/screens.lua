-- What is on the screens, phase by phase. Names of strangers are masked but on the operator's desk (LOT-37).
local entries = require "lib.entries"

local screens = {}

local SHOWN_MAX = 50

local function add(view, ...)
  for _, element in ipairs { ... } do view[#view + 1] = element end
end

local function prizes(s)
  local items = {}
  for index, prize in ipairs(s.rules.prizes) do items[index] = { { text = prize.pool }, prize.count } end
  return { "list", "prizes", items }
end

-- A list for each thing that can be said of a prize: it is theirs, it waits to be claimed, it went to somebody else.
local LISTS = { { "granted", "winners" }, { "waiting", "winners_waiting" }, { "forfeited", "winners_forfeited" } }

local function winners(s, masked)
  local view = {}
  for _, kind in ipairs(LISTS) do
    local state, label = kind[1], kind[2]
    local items = {}
    for _, winner in ipairs(s.winners) do
      if winner.state == state and #items < SHOWN_MAX then
        local name = masked and entries.masked(winner.name) or winner.name .. " (" .. winner.user .. ")"
        items[#items + 1] = { name, winner.share and { money = winner.share } or { text = winner.pool } }
      end
    end
    if #items > 0 then view[#view + 1] = { "list", label, items } end
  end
  return view
end

local function add_all(view, elements)
  for _, element in ipairs(elements) do view[#view + 1] = element end
end

-- What makes it possible to check the draw (LOT-23, LOT-24, LOT-27, LOT-28).
local function proof(s)
  local view = {}
  if s.commitment then add(view, { "text", "committed", args = { hash = s.commitment } }) end
  if s.entrants then
    add(view, { "text", "frozen", args = { hash = s.entrants.hash, count = s.entrants.count } })
  end
  if s.input then add(view, { "text", "input_is", args = { input = s.input } }) end
  if s.secret then add(view, { "text", "revealed", args = { secret = s.secret } }) end
  if s.abandoned > 0 then add(view, { "text", "abandoned", args = { count = s.abandoned } }) end
  return view
end

local function head(s, config)
  local view = { { "title", "title_" .. config.kind } }
  if config.draws > 1 then add(view, { "text", "draw_of", args = { draw = s.draw, draws = config.draws } }) end
  return view
end

local function how(config)
  if config.kind == "red_packet" then return { "text", "how_" .. config.split } end
  return { "text", "how_" .. config.selection }
end

local phases = {}

function phases.scheduled(s, config)
  return { { "text", "opens_soon" }, { "countdown", "open" }, prizes(s), how(config) }
end

function phases.open(s, config)
  local view = { prizes(s), how(config) }
  if config.kind == "lucky_bag" then
    add(view, { "text", config.match == "equal" and "say" or "say_within", args = { phrase = config.phrase } })
  else
    add(view, { "button", id = s.collector, label = config.kind == "red_packet" and "grab" or "enter" })
  end
  add(view, { "text", "not_in", id = "mine" }, { "countdown", "close" },
    { "stat", config.kind == "red_packet" and "grabbed" or "entered", s.count })
  return view
end

function phases.input(s, config) return { { "text", "closed" }, { "stat", "entered", s.count }, how(config) } end

function phases.checking(s, config) return phases.input(s, config) end

function phases.drawing(s) return { { "text", "drawing" }, { "stat", "entered", s.count } } end

function phases.claiming(s)
  local view = winners(s, true)
  add(view, { "text", "not_won", id = "outcome" }, { "button", id = "claim", hidden = true }, { "countdown", "claiming" })
  return view
end

function phases.settled(s)
  local view = #s.winners > 0 and winners(s, true) or { { "text", "nobody" } }
  add(view, { "text", "not_won", id = "outcome" })
  if #s.winners > 0 then add(view, { "celebrate" }) end
  return view
end

function phases.cancelled() return { { "text", "cancelled" } } end

function phases.void(s) return { { "text", "void", args = { reason = s.void.reason } } } end

local function buttons(s)
  if s.phase == "open" then return { { "button", id = "close_now" }, { "button", id = "cancel" } } end
  if s.phase == "scheduled" or s.phase == "checking" then return { { "button", id = "cancel" } } end
  if s.phase == "input" then
    return { { "number", id = "input", min = 0, max = 999999999 }, { "button", id = "cancel" } }
  end
  return {}
end

function screens.show(room)
  local s, config = room.state, room.config
  local view, host = head(s, config), head(s, config)
  for _, element in ipairs(phases[s.phase](s, config)) do add(view, element) end
  for _, element in ipairs(proof(s)) do add(view, element) end
  room.panel.show("viewer", view)

  add(host, { "stat", config.kind == "red_packet" and "grabbed" or "entered", s.count })
  if s.phase == "open" then add(host, { "countdown", "close" }) end
  add_all(host, winners(s, true))
  for _, element in ipairs(buttons(s)) do add(host, element) end
  room.panel.show("host", host)

  local reasons, left_out, desk = {}, {}, head(s, config)
  for _, reason in pairs(s.out) do reasons[reason] = (reasons[reason] or 0) + 1 end
  for reason, count in pairs(reasons) do left_out[#left_out + 1] = { { text = reason }, count } end
  add(desk, { "list", "left_out", left_out })
  add_all(desk, winners(s, false))
  add(desk, { "text", "rules_hash", args = { hash = s.rules_hash } })
  for _, element in ipairs(proof(s)) do add(desk, element) end
  room.panel.show("operator", desk)
end

return screens
