-- Who is right, who is out, who gets another chance. Players are judged in portions, so that a call stays within its
-- budget however many they are; each is judged, revived or eliminated in one call or not at all (QZ-12). What a
-- judging did to a player is kept until the next question opens: that is what a void or a correction takes back.
local bank = require "lib.bank"
local view = require "lib.view"

local judge = {}

judge.PORTION = 500

-- Half for being right, half for being quick, by whole seconds of the log, rounded down (QZ-16).
local RIGHT_POINTS, SPEED_POINTS = 50, 50

local function standing(room, user, name, key, more)
  local patch = { standing = { text = key } }
  for id, attributes in pairs(more or {}) do patch[id] = attributes end
  room.panel.patch({ user = user, name = name }, patch)
end

local function can_revive(room, player)
  local config = room.config
  return room.state.index < #config.questions and player.lives > 0 and player.used < config.revives_max
end

local function spend(player)
  player.lives, player.used = player.lives - 1, player.used + 1
end

-- Takes back what the last judging of this question did to a player (QZ-13, QZ-27).
local function undo(room, user, player)
  local s = room.state
  local done = s.done[user]
  if not done then return end
  if done.seconds then
    player.right, player.time, player.position = player.right - 1, player.time - done.seconds, done.before
  end
  if done.points then
    player.points = player.points - done.points
    room.leaderboard.add({ user = user, name = player.name }, -done.points)
  end
  if done.is_revived then player.lives, player.used = player.lives + 1, player.used - 1 end
  if player.out then
    player.out = nil
    s.alive = s.alive + 1
  end
  player.is_missing = nil
  if not done.seconds then standing(room, user, player.name, "standing_in", { revive = { hidden = true } }) end
  s.done[user] = nil
end

local function reward(room, user, player, answer)
  local s = room.state
  local done = { seconds = answer.seconds, before = player.position }
  player.right, player.time, player.position = player.right + 1, player.time + answer.seconds, answer.position
  if room.config.mode == "points" then
    done.points = RIGHT_POINTS + SPEED_POINTS * (s.length - math.min(s.length, answer.seconds)) // s.length
    player.points = player.points + done.points
    room.leaderboard.add({ user = user, name = player.name }, done.points)
  end
  s.done[user] = done
end

local function punish(room, user, player, answer)
  local s, config = room.state, room.config
  if config.mode ~= "elimination" then
    if not answer then
      player.is_missing = true
      s.done[user] = { is_missing = true }
      standing(room, user, player.name, "standing_missed")
    end
    return
  end
  if can_revive(room, player) and config.revive == "auto" then
    spend(player)
    s.done[user] = { is_revived = true }
    standing(room, user, player.name, "standing_revived")
    return
  end
  player.out = s.index
  s.alive = s.alive - 1
  s.done[user] = { is_out = true }
  standing(room, user, player.name, answer and "standing_wrong" or "standing_missed_out",
    can_revive(room, player) and { revive = { hidden = false } } or nil)
end

-- Counts an answer for the statistics: those of players who were in the game, and nobody else (QZ-15, QZ-28).
local function count(tally, answer, is_right)
  if not answer then
    tally.missed = tally.missed + 1
    return
  end
  tally.by[answer.value] = (tally.by[answer.value] or 0) + 1
  tally.seconds[answer.seconds] = (tally.seconds[answer.seconds] or 0) + 1
  if answer.is_fast then tally.fast = tally.fast + 1 end
  if is_right then tally.right = tally.right + 1 end
end

local function copy(tally)
  local new = { right = tally.right, missed = tally.missed, fast = tally.fast, by = {}, seconds = {} }
  for value, number in pairs(tally.by) do new.by[value] = number end
  for second, number in pairs(tally.seconds) do new.seconds[second] = number end
  return new
end

-- Judges, or takes back, the next portion of players; true when it was the last one.
function judge.step(room)
  local s, question, correct = room.state, view.question(room), view.correct(room)
  local tally, is_choice = copy(s.tally), view.question(room).options ~= nil
  local last = math.min(s.count, s.cursor + judge.PORTION - 1)
  for place = s.cursor, last do
    local user = s.roster[place]
    local player = s.players[user]
    if s.pass.undo then undo(room, user, player) end
    if s.pass.judge and not player.out then
      local answer = s.answers[user]
      local is_right = answer ~= nil and bank.is_right(question, correct, answer.value)
      if answer and not is_choice then answer = { value = "", seconds = answer.seconds, position = answer.position, is_fast = answer.is_fast } end
      count(tally, answer, is_right)
      if is_right then reward(room, user, player, answer) else punish(room, user, player, answer) end
    end
  end
  s.tally, s.cursor = tally, last + 1
  return last >= s.count
end

function judge.begin(room, pass)
  local s = room.state
  s.pass, s.cursor = pass, 1
  s.tally = { right = 0, missed = 0, fast = 0, by = {}, seconds = {} }
  if pass.judge and not pass.undo then s.done = {} end
end

-- A player who is asked takes the chance (QZ-12); false when there is none.
function judge.revive(room, viewer)
  local s = room.state
  local player = s.players[viewer.user]
  if s.phase ~= "judged" or s.is_void or not player or player.out ~= s.index or not can_revive(room, player) then return false end
  spend(player)
  player.out = nil
  s.alive = s.alive + 1
  s.done[viewer.user] = { is_revived = true }
  standing(room, viewer.user, player.name, "standing_revived", { revive = { hidden = true } })
  return true
end

return judge
