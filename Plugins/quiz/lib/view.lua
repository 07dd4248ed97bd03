-- What is on the screens. Nothing here says what is right before a question is locked, and nothing depends on it
-- (QZ-03): the panel is the same, byte for byte, whichever option is the right one.
local bank = require "lib.bank"

local view = {}

local WINNERS_SHOWN = 20
local LETTERS = { "A", "B", "C", "D" }

local function money(value) return { money = value } end

function view.question(room) return room.config.questions[room.state.index] end

function view.has_prizes(room) return room.config.pool ~= "" and room.config.mode ~= "practice" end

-- A letter before a text in every language, for who answers in the chat.
local function lettered(letter, text)
  if type(text) == "string" then return letter .. ". " .. text end
  local texts = {}
  for locale, one in pairs(text) do texts[locale] = letter .. ". " .. one end
  return texts
end

-- The options in the order of this question, which says nothing about how they were configured. Pages shuffle them
-- once more for each viewer, unless the chat has to have one name for each.
local function options_of(room)
  local question, list = view.question(room), {}
  for place, index in ipairs(room.state.order) do
    local option = question.options[index]
    list[place] = { option.id, room.config.chat and lettered(LETTERS[place], option.text) or option.text }
  end
  return list
end

local function input(room, more)
  local question, element = view.question(room), nil
  local kind = bank.kind(question)
  if kind == "choice" then
    element = { "choice", id = "answer", label = question.text, options = options_of(room), shuffle = not room.config.chat }
    element.correct = more and more.correct
  elseif kind == "number" then
    element = { "number", id = "answer", label = question.text, min = bank.min(question), max = bank.max(question) }
  else
    element = { "input", id = "answer", label = question.text, max = 100 }
  end
  if more and (more.disabled or kind ~= "choice") then element.disabled = true end
  return element
end

local function add_all(elements, more)
  for _, element in ipairs(more) do elements[#elements + 1] = element end
end

local function question_of(room)
  return { "title", "question_of", id = "heading", args = { number = room.state.index, count = #room.config.questions } }
end

-- What only one viewer is told stands here; the patch of a viewer stays as long as the element does.
local function standing(room)
  local is_open = room.state.asked + (room.state.phase == "judged" and 0 or 1) <= room.config.join_until
  return { "text", is_open and "standing_join" or "standing_watching", id = "standing" }
end

-- A picture is fetched while everybody gets ready, so that all see it at once; the question is not (QZ-21, QZ-25).
local function picture(room, hidden)
  local question = view.question(room)
  if not question.image then return false end
  return { "image", question.image, id = "picture", label = question.image_text, hidden = hidden or nil }
end

-- Said before the first question: how one wins, and who is first when there is not enough (QZ-18).
local function rules(room)
  local config = room.config
  local list = { { "text", "mode_" .. config.mode, id = "mode" } }
  if not view.has_prizes(room) then return list end
  if config.pot > 0 then
    list[#list + 1] = { "text", "prize_pot", id = "prize", args = { pot = money(room.state.pot), least = money(config.minimum) } }
    list[#list + 1] = { "text", "remainder_" .. config.remainder }
  else
    list[#list + 1] = { "text", "prize_coupons", id = "prize", args = { count = config.winners } }
  end
  if config.mode ~= "first_n" then list[#list + 1] = { "text", "order_" .. config.order } end
  if room.state.commitment then
    list[#list + 1] = { "text", "committed", id = "committed", args = { hash = room.state.commitment } }
  end
  if config.revives > 0 and config.revives_max > 0 and config.mode == "elimination" then
    list[#list + 1] = { "text", "revive_" .. config.revive .. "_rule", args = { count = math.min(config.revives, config.revives_max) } }
  end
  if config.answer == "last" then list[#list + 1] = { "text", "last_counts" } end
  if config.chat then list[#list + 1] = { "text", "chat_rule" } end
  return list
end

local function counts(room)
  local s = room.state
  local list = { "row", { "stat", "players", s.count } }
  if room.config.mode == "elimination" then list[#list + 1] = { "stat", "still_in", s.alive } end
  return list
end

-- How the answers of those who play spread; only once nobody can answer any more (QZ-15).
local function statistics(room)
  local question, s, items = view.question(room), room.state, {}
  for _, index in ipairs(s.order) do
    local option = question.options[index]
    items[#items + 1] = { option.text, s.tally.by[option.id] or 0 }
  end
  return { "list", "statistics", items, id = "statistics" }
end

local function button(id) return { "button", id = id, label = "act_" .. id } end

-- MARK: Phases

local viewers, hosts, operators = {}, {}, {}

function viewers.lobby(room)
  local elements = {
    { "title", "welcome", id = "heading" },
    room.state.paused and { "text", "paused", id = "paused" } or { "countdown", "start" },
    standing(room),
    counts(room),
  }
  add_all(elements, rules(room))
  return elements
end

function viewers.armed(room)
  local elements = { question_of(room), { "text", "get_ready", id = "ready" }, { "countdown", "open" }, picture(room, true) or nil }
  add_all(elements, { standing(room), { "text", "result_thanks", id = "result", hidden = true }, counts(room) })
  if room.state.index == 1 then add_all(elements, rules(room)) end
  return elements
end

function viewers.open(room)
  local elements = { question_of(room), { "countdown", "lock" } }
  local shown = picture(room)
  if shown then elements[#elements + 1] = shown end
  add_all(elements, { input(room), standing(room), counts(room) })
  return elements
end

function viewers.paused(room)
  local s = room.state
  local elements = { question_of(room), { "text", "paused", id = "paused" } }
  if s.phase == "open" then
    local shown = picture(room)
    if shown then elements[#elements + 1] = shown end
    elements[#elements + 1] = input(room, { disabled = true })
  end
  add_all(elements, { standing(room), counts(room) })
  return elements
end

function viewers.held(room)
  return { question_of(room), { "text", "held", id = "held" }, input(room, { disabled = true }), standing(room), counts(room) }
end

function viewers.judged(room)
  local s, question = room.state, view.question(room)
  local elements = { question_of(room), s.paused and { "text", "paused", id = "paused" } or nil }
  if s.is_void then
    elements[#elements + 1] = { "text", s.is_void == "skipped" and "skipped" or "void", id = "void" }
    add_all(elements, { standing(room), counts(room) })
    return elements
  end
  local correct = view.correct(room)
  elements[#elements + 1] = input(room, { correct = correct })
  if bank.kind(question) == "choice" then
    elements[#elements + 1] = statistics(room)
  else
    local shown = type(correct) == "table" and correct[1] or correct
    elements[#elements + 1] = { "text", "right_answer", id = "right", args = { answer = shown } }
  end
  add_all(elements, {
    { "stat", "were_right", s.tally.right, id = "were_right" },
    standing(room),
    { "button", id = "revive", hidden = true },
    counts(room),
  })
  if s.corrected ~= nil then elements[#elements + 1] = { "text", "corrected", id = "corrected" } end
  if question.note then elements[#elements + 1] = { "text", question.note, id = "note" } end
  if room.config.mode == "points" then
    add_all(elements, { { "text", "points_rule" }, { "leaderboard", "board" } })
  end
  return elements
end

function viewers.done(room)
  local s, config, items = room.state, room.config, {}
  for place = 1, math.min(#s.won, WINNERS_SHOWN) do
    local winner = s.won[place]
    items[place] = { winner.name, config.pot > 0 and money(winner.count) or winner.count }
  end
  local elements = {
    { "title", #s.won > 0 and "over_won" or "over", id = "heading", args = { count = s.won_count } },
    { "text", "result_thanks", id = "result" },
    standing(room),
    counts(room),
  }
  if #s.won > 0 then add_all(elements, { { "list", "winners", items, id = "winners" }, { "celebrate" } }) end
  if s.commitment then elements[#elements + 1] = { "text", "committed", id = "committed", args = { hash = s.commitment } } end
  if s.entrants then
    elements[#elements + 1] = { "text", "frozen", id = "frozen", args = { hash = s.entrants.hash, count = s.entrants.count } }
  end
  if s.secret then elements[#elements + 1] = { "text", "revealed", id = "revealed", args = { secret = s.secret } } end
  if #s.won == 0 and view.has_prizes(room) then
    elements[#elements + 1] = { "text", "nobody_" .. config.no_winner, id = "nobody" }
  end
  if config.mode == "points" then elements[#elements + 1] = { "leaderboard", "board" } end
  return elements
end

-- The host reads the question out; this screen may be on camera, so it says no more than those of viewers.
local function host_view(room)
  local s = room.state
  local elements = { s.phase == "lobby" and { "title", "welcome", id = "heading" } or question_of(room) }
  if s.phase == "done" then return viewers.done(room) end
  if s.phase == "judged" then return viewers.judged(room) end
  if s.phase == "open" or s.phase == "held" then
    elements[#elements + 1] = { "text", view.question(room).text, id = "question" }
    if view.question(room).options then
      for place, option in ipairs(options_of(room)) do
        elements[#elements + 1] = { "text", option[2], id = "option-" .. place }
      end
    end
  end
  local timer = view.timers[s.phase]
  if timer and not s.paused then elements[#elements + 1] = { "countdown", timer } end
  if s.paused then elements[#elements + 1] = { "text", "paused", id = "paused" } end
  elements[#elements + 1] = { "stat", "answers", s.answered, id = "answers" }
  elements[#elements + 1] = counts(room)
  return elements
end

local BUTTONS = {
  lobby = { "pause" }, armed = { "pause", "skip" }, open = { "pause", "extend", "lock", "skip", "void" },
  held = { "judge", "void" }, judged = { "pause", "void" },
}

local function operator_view(room)
  local s, config = room.state, room.config
  local elements = {
    { "title", "phase_" .. s.phase, id = "phase" },
    { "text", "question_of", args = { number = s.index, count = #config.questions } },
    { "stat", "answers", s.answered, id = "answers" },
    { "stat", "watching", s.watching, id = "watching" },
    counts(room),
  }
  local row = { "row" }
  for _, name in ipairs(s.paused and { "resume" } or BUTTONS[s.phase] or {}) do
    if not (s.is_void and name == "void") then row[#row + 1] = button(name) end
  end
  if #row > 1 then elements[#elements + 1] = row end
  if s.phase == "judged" and not s.is_void then
    local items = {}
    for second = 0, s.length - 1 do
      if (s.tally.seconds[second] or 0) > 0 then items[#items + 1] = { second .. " s", s.tally.seconds[second] } end
    end
    elements[#elements + 1] = { "list", "answer_times", items, id = "times" }          -- QZ-21
    elements[#elements + 1] = { "stat", "suspicious", s.tally.fast, id = "suspicious" }
  end
  local refused = {}
  for reason, count in pairs(s.refused) do refused[#refused + 1] = { { text = reason }, count } end
  if #refused > 0 then elements[#elements + 1] = { "list", "refused", refused, id = "refused" } end   -- QZ-21
  local audit = {}
  for index = #s.audit, math.max(1, #s.audit - 9), -1 do
    local entry = s.audit[index]
    audit[#audit + 1] = { entry.what .. " " .. entry.question, entry.by }
  end
  if #audit > 0 then elements[#elements + 1] = { "list", "audit", audit, id = "audit" } end
  return elements
end

-- The timer that ends a phase.
view.timers = { lobby = "start", armed = "open", open = "lock", judged = "next" }

function view.correct(room)
  local s = room.state
  if s.corrected ~= nil then return s.corrected end
  return view.question(room).correct
end

function view.show(room)
  local s = room.state
  local draw = s.paused and s.phase ~= "judged" and s.phase ~= "lobby" and viewers.paused or viewers[s.phase]
  -- A question is seen with its frame of the picture, whenever that comes to a viewer (QZ-04).
  local is_question = s.phase == "open" and not s.paused and room.config.picture
  if draw then room.panel.show("viewer", draw(room), { picture = is_question }) end
  view.show_staff(room)
end

function view.show_staff(room)
  room.panel.show("host", host_view(room))
  room.panel.show("operator", operator_view(room))
end

return view
