-- What does the host drink? The first viewer who guessed it wins a prize. The first answer of a viewer counts.
---@type Plugin
local game = {}

local function show_host(room)
  room.panel.show("host", {
    { "title", "ask" },
    { "countdown", "lock" },
    { "stat", "tea", room.state.tea },
    { "stat", "coffee", room.state.coffee },
    { "button", id = "lock_now" },
  })
end

-- Ends the round: nothing is taken any more, the answer is shown, the winner gets the prize.
local function finish(room)
  local s, answer = room.state, room.config.answer
  room.collect.close("drink")
  if s.winner then room.prizes.grant(room.config.pool, s.winner) end
  local view = {
    { "title", answer == "tea" and "was_tea" or "was_coffee" },
    { "stat", "tea", s.tea },
    { "stat", "coffee", s.coffee },
    s.winner and { "text", "won", args = { name = s.winner.name } } or { "text", "nobody" },
    s.winner and { "celebrate" },
  }
  room.panel.show("viewer", view)
  room.panel.show("host", view)
  room.finish()                                   -- returns the prize if nobody won it
end

function game.on_start(room)
  -- What can run out is reserved first; a hook that fails has never been.
  if not room.prizes.reserve(room.config.pool, 1) then error("there is no prize left") end
  room.state.tea, room.state.coffee = 0, 0
  room.collect("drink", { keep = "first" })
  room.timers.set("lock", room.config.seconds)
  room.panel.show("viewer", {
    { "title", "ask" },
    { "choice", id = "drink", options = { { "tea", "tea" }, { "coffee", "coffee" } } },
    { "countdown", "lock" },
  })
  show_host(room)
end

-- Answers that count, in the order of the log.
function game.on_collected(room, name, batch)
  local s = room.state
  for _, answer in ipairs(batch) do
    s[answer.value] = s[answer.value] + 1
    if not s.winner and answer.value == room.config.answer then s.winner = answer.viewer end
  end
  show_host(room)
end

function game.on_timer(room, name) finish(room) end

function game.on_action(room, action)
  if action.name == "lock_now" then finish(room) end
end

return game
