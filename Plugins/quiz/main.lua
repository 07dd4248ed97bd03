-- A quiz. Questions against the clock; who is right wins coupons, or a share of a pot. The ids QZ-01 to QZ-28 are those
-- of the rule book; README.md says what is done.
--
--   lobby → armed → open → judging → judged → armed → … → settling → done
--                     ↘ held ↗ (the close fell into a crash and the operator decides)
local bank = require "lib.bank"
local judge = require "lib.judge"
local prizes = require "lib.prizes"
local view = require "lib.view"

---@type Plugin
local quiz = {}

local PLAYERS_MAX = 20000          -- as many as a leaderboard holds; later ones watch
local LATE_SECONDS = 3             -- a close that comes later than this was held up by a crash
local EXTENSION, EXTENSION_MAX = 10, 60
local LETTERS = { "a", "b", "c", "d" }

local function set_timer(room, name, seconds)
  room.state.due = room.now + seconds
  room.timers.set(name, seconds)
end

-- MARK: Questions

local function used(room)
  local known = room.kv.get("used")
  if not known or known.show ~= room.show.id() then return { show = room.show.id(), ids = {} } end
  return known
end

-- From here on the question is known: it is not asked again in this show (QZ-26).
local function note_used(room, id)
  local known = used(room)
  local ids = {}
  for place, one in ipairs(known.ids) do ids[place] = one end
  ids[#ids + 1] = id
  room.kv.set("used", { show = known.show, ids = ids })
end

local function shuffled(count)
  local order = {}
  for index = 1, count do order[index] = index end
  for index = count, 2, -1 do
    local other = math.random(1, index)
    order[index], order[other] = order[other], order[index]
  end
  return order
end

-- What viewers may write for each option; the host compares without regard to case, width and spaces (QZ-20).
local function phrases(room)
  local list = {}
  for place = 1, #room.state.order do
    for _, name in ipairs { LETTERS[place], tostring(place) } do
      for _, start in ipairs { "", "选", "我选" } do list[#list + 1] = start .. name end
    end
  end
  return list
end

local function option_of(room, phrase)
  local name = bank.folded(phrase):match("[a-d1-4]$")
  local order, options = room.state.order, view.question(room).options
  for place = 1, #order do
    if name == LETTERS[place] or name == tostring(place) then return options[order[place]].id end
  end
end

local function arm(room)
  local s = room.state
  s.phase, s.index = "armed", s.index + 1
  s.is_void, s.corrected, s.answers, s.done = nil, nil, {}, {}
  s.answered, s.watching, s.extended, s.order = 0, 0, 0, {}
  local options = view.question(room).options
  if options then s.order = shuffled(#options) end
  set_timer(room, "open", room.config.ready)
  view.show(room)
end

local function open(room)
  local s, config = room.state, room.config
  local question = view.question(room)
  s.phase, s.opened = "open", room.now
  s.length = question.seconds or config.seconds
  note_used(room, question.id)
  -- Who sees it later has as much longer, at most the allowance (QZ-05).
  s.media, s.closing = config.picture and room.panel.picture() or nil, nil
  room.collect("answer", { keep = config.answer, timer = "lock", allowance = s.media and config.allowance or 0 })
  if config.chat and question.options then room.chat.collect("said", phrases(room), { keep = "last" }) end
  set_timer(room, "lock", s.length)
  view.show(room)
end

local function close_chat(room)
  if room.config.chat and view.question(room).options then room.chat.collect.close("said") end
end

local function close(room)
  room.collect.close("answer")
  close_chat(room)
  room.timers.cancel("lock")
  room.timers.cancel("allowance")
  room.state.closing = nil
end

-- The result stands for a while; until the next question opens it can be corrected or voided.
local function show_result(room)
  room.state.phase = "judged"
  set_timer(room, "next", room.config.pause)
  view.show(room)
end

local function go_on_judging(room)
  local s = room.state
  if not judge.step(room) then
    room.timers.set("judge", 0.1)
    return
  end
  if s.pass.judge and not s.pass.undo then s.asked = s.asked + 1 end
  if s.pass.undo and not s.pass.judge then s.asked = s.asked - 1 end
  show_result(room)
end

local function pass(room, what)
  room.state.phase = "judging"
  judge.begin(room, what)
  go_on_judging(room)
end

local function lock(room)
  close(room)
  pass(room, { judge = true })
end

-- The time is up. Those to whom the question came later with the picture have as much longer (QZ-05).
local function time_is_up(room)
  if not room.state.media or room.config.allowance == 0 then return lock(room) end
  close_chat(room)
  room.state.closing = true
  room.timers.set("allowance", room.config.allowance)
end

-- MARK: The end

local function finish(room)
  local s = room.state
  s.phase = "done"
  view.show(room)
  if s.won_count > 0 then room.chat.say("said_winners", { count = s.won_count }) end
  room.finish()                                          -- returns what nobody won
end

local function is_over(room)
  local s, config = room.state, room.config
  local is_empty = s.alive == 0 and s.asked >= config.join_until           -- and nobody can come any more
  return s.index >= #config.questions or config.mode == "elimination" and is_empty
end

local function after_settling(room)
  if is_over(room) then finish(room) else arm(room) end
end

local function next_step(room)
  local s, config = room.state, room.config
  local settles = config.mode ~= "practice" and (config.mode == "first_n" and not s.is_void or config.mode ~= "first_n" and is_over(room))
  if not settles then return after_settling(room) end
  s.phase = "settling"
  if prizes.begin(room) then after_settling(room) end
end

-- MARK: Answers

local function player_of(room, viewer)
  local s, config = room.state, room.config
  local player = s.players[viewer.user]
  if player then return player end
  if s.asked >= config.join_until or s.count >= PLAYERS_MAX then return nil end           -- QZ-11
  s.count, s.alive = s.count + 1, s.alive + 1
  s.roster[s.count] = viewer.user
  s.players[viewer.user] = {
    name = viewer.name, lives = config.revives, used = 0, right = 0, time = 0, points = 0, position = 0, fast = 0,
  }
  room.panel.patch(viewer, { standing = { text = "standing_in" } })
  return s.players[viewer.user]
end

-- Takes an answer into account; false for that of a spectator, which is acknowledged and never counted (QZ-28).
local function take(room, answer, value)
  local s, config = room.state, room.config
  local player = player_of(room, answer.viewer)
  if not player or player.out then return false end
  local known = s.answers[answer.viewer.user]
  if known and config.answer == "first" then return true end
  local seconds = math.max(0, answer.at - s.opened - (answer.delay or 0))      -- since this viewer saw it (QZ-16)
  local new = { value = value, seconds = math.floor(seconds), position = answer.position }
  if seconds * 1000 < config.too_fast then
    new.is_fast = true
    player.fast = player.fast + 1
  end
  if not known then s.answered = s.answered + 1 end
  s.answers[answer.viewer.user] = new
  if player.is_missing then
    player.is_missing = nil
    room.panel.patch(answer.viewer, { standing = { text = "standing_in" } })
  end
  return true
end

-- Off the screens, so that nobody copies; and shown to who said it as an answer (QZ-20).
local function take_said(room, said)
  local s = room.state
  room.chat.hide(said.message)
  if s.phase ~= "open" or s.paused then return end
  take(room, said, option_of(room, said.value))
  local counted = s.answers[said.viewer.user]
  if not counted then return end
  if room.config.answer == "first" then
    room.panel.patch(said.viewer, { answer = { locked = counted.value, disabled = true } })
  else
    room.panel.patch(said.viewer, { answer = { value = counted.value } })
  end
end

-- MARK: What the operator does

local function note(room, by, what)
  local s = room.state
  local id = s.index > 0 and view.question(room).id or "-"
  s.audit[#s.audit + 1] = { what = what, question = id, by = by.user, at = room.now }
  room.log("info", what .. " " .. id .. " by " .. by.user)
end

local deeds = {}

function deeds.pause(room)
  local s = room.state
  local timer = view.timers[s.phase]
  if s.paused or s.closing or not timer then return false end
  room.timers.cancel(timer)
  s.paused = { seconds = math.max(0.1, s.due - room.now), at = room.now }
  view.show(room)
end

function deeds.resume(room)
  local s = room.state
  if not s.paused then return false end
  if s.phase == "open" then s.opened = s.opened + room.now - s.paused.at end    -- the pause is not part of anybody's time
  local seconds = s.paused.seconds
  s.paused = nil
  set_timer(room, view.timers[s.phase], seconds)
  view.show(room)
end

function deeds.extend(room, value)
  local s = room.state
  local seconds = math.type(value) == "integer" and value or EXTENSION
  if s.phase ~= "open" or s.paused or s.closing or seconds < 1 or s.extended + seconds > EXTENSION_MAX then return false end
  s.extended = s.extended + seconds
  set_timer(room, "lock", s.due - room.now + seconds)
  view.show(room)
end

function deeds.lock(room)
  if room.state.phase ~= "open" or room.state.paused then return false end
  lock(room)
end

-- Drops a question that failed to appear, or that nobody wants to see: nobody is judged (QZ-14).
function deeds.skip(room)
  local s = room.state
  if s.paused or (s.phase ~= "armed" and s.phase ~= "open") then return false end
  if s.phase == "open" then close(room) else room.timers.cancel("open") end
  s.is_void = "skipped"
  show_result(room)
end

-- The question counts for nothing; what its judging did is taken back (QZ-13).
function deeds.void(room)
  local s = room.state
  if s.paused or s.is_void or (s.phase ~= "open" and s.phase ~= "held" and s.phase ~= "judged") then return false end
  room.chat.say("said_void", { number = s.index })
  s.is_void = "void"
  if s.phase == "judged" then return pass(room, { undo = true }) end
  if s.phase == "open" then close(room) end
  show_result(room)
end

-- After a crash in which the close fell: the operator judges what had come until then, or voids (QZ-23).
function deeds.judge(room)
  if room.state.phase ~= "held" then return false end
  pass(room, { judge = true })
end

-- Another answer was right: everybody is judged again, until the next question opens (QZ-27).
function deeds.correct(room, value)
  local s = room.state
  if s.phase ~= "judged" or s.is_void or not bank.can_be_correct(view.question(room), value) then return false end
  s.corrected = value
  s.paused = nil
  room.timers.cancel("next")
  room.chat.say("said_corrected", { number = s.index })
  pass(room, { undo = true, judge = true })
end

-- Gives a player another life, within what one player may use in a game (QZ-12).
function deeds.life(room, user)
  local player = type(user) == "string" and room.state.players[user]
  if not player or player.lives + player.used >= room.config.revives_max then return false end
  player.lives = player.lives + 1
end

local function act(room, by, name, value)
  local deed = deeds[name]
  if not deed then return end
  if deed(room, value) == false then
    room.log("info", name .. " is not possible now")
  else
    note(room, by, name)
    view.show_staff(room)
  end
end

-- MARK: Hooks

function quiz.on_start(room)
  local s, config = room.state, room.config
  local known = {}
  for _, id in ipairs(used(room).ids) do known[id] = true end
  bank.check(room, known)
  s.phase, s.index, s.asked = "lobby", 0, 0
  s.players, s.roster, s.count, s.alive = {}, {}, 0, 0
  s.answers, s.answered, s.watching, s.order, s.done = {}, 0, 0, {}, {}
  s.audit, s.won, s.won_count, s.refused = {}, {}, 0, {}
  s.game = (room.kv.get("games") or 0) + 1
  room.kv.set("games", s.game)
  s.pot = config.pot > 0 and prizes.pot(room) or 0
  local needed = prizes.needed(room)
  if needed > 0 and not room.prizes.reserve(config.pool, needed) then
    error("pool \"" .. config.pool .. "\" has fewer than " .. needed .. " left", 0)
  end
  prizes.commit(room)
  if config.lobby == 0 then return arm(room) end
  set_timer(room, "start", config.lobby)
  view.show(room)
end

function quiz.on_collected(room, name, batch)
  local s = room.state
  for _, answer in ipairs(batch) do
    if name == "said" then
      take_said(room, answer)
    elseif not take(room, answer, answer.value) then
      s.watching = s.watching + 1
    end
  end
  if s.phase == "open" and not s.closing then view.show(room) end
end

function quiz.on_timer(room, name)
  local s, config = room.state, room.config
  if name == "start" then
    arm(room)
  elseif name == "open" then
    open(room)
  elseif name == "lock" then
    local is_held_up = room.now - s.due > LATE_SECONDS
    if not is_held_up then
      time_is_up(room)
    elseif config.after_crash == "judge" then
      lock(room)
    elseif config.after_crash == "void" then
      deeds.void(room)
    else
      close(room)
      s.phase = "held"
      view.show(room)
    end
  elseif name == "allowance" then
    lock(room)
  elseif name == "judge" then
    go_on_judging(room)
  elseif name == "next" then
    next_step(room)
  elseif name == "pay" then
    if prizes.go_on(room) then after_settling(room) end
  end
end

function quiz.on_action(room, action)
  if action.role == "viewer" then
    if action.name == "revive" and judge.revive(room, action.viewer) then view.show(room) end
  else
    act(room, action.viewer, action.name)
  end
end

function quiz.on_command(room, command) act(room, command.by, command.name, command.value) end

function quiz.on_revealed(room, name, reveal)
  if room.state.phase == "settling" and prizes.drawn(room, reveal) then after_settling(room) end
end

function quiz.on_result(room, result)
  if prizes.checked(room, result) and prizes.go_on(room) then after_settling(room) end
end

return quiz
