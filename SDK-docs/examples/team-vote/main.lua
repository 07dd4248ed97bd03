-- Two teams, one vote each: the team with more votes wins.
---@type Plugin
local game = {}

-- What can be said instead of pressing a button.
local words = { ["red"] = "red", ["红"] = "red", ["blue"] = "blue", ["蓝"] = "blue" }

local function score(room)
  local s = room.state
  return { "row", { "stat", "red", s.red }, { "stat", "blue", s.blue } }
end

local function show(room)
  room.panel.show("viewer", {
    { "title", "ask" },
    { "choice", id = "team", options = { { "red", "red" }, { "blue", "blue" } } },
    { "countdown", "close" },
    score(room),
  })
end

local function count(room, viewer, team)
  local s = room.state
  if s.voted[viewer.user] then return end
  s.voted[viewer.user] = team
  s[team] = s[team] + 1
  -- Each of a team is the lucky one with the same chance, and the state holds only one of them.
  if math.random(s[team]) == 1 then s.lucky[team] = { user = viewer.user, name = viewer.name } end
  room.panel.patch(viewer, { team = { locked = team, disabled = true } })
end

function game.on_start(room)
  -- What can run out is reserved first; a start that fails has never been.
  if not room.prizes.reserve(room.config.pool, 1) then error("there is no coupon left") end
  room.state.lucky = {}
  room.state.red, room.state.blue, room.state.voted = 0, 0, {}
  room.collect("team")
  room.chat.collect("word", { "red", "红", "blue", "蓝" }, { match = "contains" })
  room.timers.set("close", room.config.seconds)
  show(room)
end

function game.on_collected(room, name, batch)
  for _, answer in ipairs(batch) do
    count(room, answer.viewer, words[answer.value])
  end
  show(room)
end

local titles = { red = "red_won", blue = "blue_won" }

function game.on_timer(room, name)
  local s = room.state
  local winner = s.red > s.blue and "red" or s.blue > s.red and "blue" or "tie"
  local lucky = s.lucky[winner]
  if lucky then room.prizes.grant(room.config.pool, lucky) end
  room.panel.show("viewer", {
    { "title", titles[winner] or "tie" },
    score(room),
    lucky and { "text", "lucky", args = { name = lucky.name } },
    titles[winner] and { "celebrate" },
  })
  room.finish()                -- a coupon that nobody got goes back
end

return game
