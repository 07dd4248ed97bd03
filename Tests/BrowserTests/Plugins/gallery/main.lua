-- Shows every element of a panel. Commands change what is shown.
local gallery = {}

local ANSWERS = { "price", "pieces", "wish", "tea", "snacks" }

local function seats(taken)
  local list = {}
  for number = 1, 6 do
    list[number] = taken[number] and { viewer = taken[number] } or { state = "open" }
  end
  list[5] = { state = "locked", label = "vip" }
  list[6] = { state = "suspended", viewer = { user = "lu", name = "Lu" }, muted = true, featured = true }
  return list
end

local function show(room)
  local s = room.state
  local answers = {
    "card", id = "answers", label = "your_answers",
    { "money", id = "price", min = 1, max = 100000 },
    { "number", id = "pieces", min = 1, max = 9 },
    { "input", id = "wish", max = 20 },
    { "choice", id = "tea", shuffle = true, correct = s.judged and room.config.answer,
      options = { { "oolong", "oolong" }, { "puer", "puer" }, { "sencha", "sencha" } } },
    { "choice", id = "snacks", picks = 2, correct = s.judged and { "nuts", 2 },
      options = { { "nuts", "nuts" }, { 2, "plums" }, { "cake", "cake" } } },
    { "row", { "button", id = "cheer" }, { "button", id = "later", disabled = true },
      { "button", id = "secret", hidden = true } },
  }
  local facts = {
    "card", id = "facts", label = "facts",                 -- an id for what changes places
    { "row", { "stat", "bumps", s.bumps }, { "stat", "cheers", s.cheers } },
    { "progress", "sold", s.sold, max = 40 },
  }
  room.panel.show("viewer", {
    { "title", "heading", args = { count = s.bumps } },
    { "text", "intro" },
    { "countdown", "close" },
    s.bumps % 2 == 0 and facts,
    answers,
    s.bumps % 2 == 1 and facts,
    { "slot", id = "ticket", { "text", "no_ticket" } },
    { "seats", seats(s.seats), id = "seat", columns = 3, label = "on_stage" },
    { "row", { "product", "oolong" }, { "image", "/v1/plugins/gallery/images/cup.svg", label = "picture" } },
    { "viewer", { user = "ana", name = "Ana" } },
    { "list", "guesses", { { "Ana", { money = 12800 } }, { "Bo", 7 }, { "Cy", "x" } } },
    { "leaderboard", "best", top = 3 },
    s.party and { "celebrate" },
  })
  room.panel.show("host", { { "title", "heading", args = { count = s.bumps } } })
  room.panel.show("operator", {
    { "title", "for_operators" }, { "stat", "bumps", s.bumps }, { "button", id = "bump" },
  })
end

function gallery.on_start(room)
  local s = room.state
  s.bumps, s.cheers, s.sold, s.seats = 0, 0, 12, {}
  for _, name in ipairs(ANSWERS) do room.collect(name) end
  room.timers.set("close", room.config.seconds)
  show(room)
end

function gallery.on_action(room, action)
  local s = room.state
  if action.name == "cheer" then
    s.cheers = s.cheers + 1
    room.leaderboard.add(action.viewer, 10)
  elseif action.name == "seat" then
    s.seats[action.value] = { user = action.viewer.user, name = action.viewer.name }
  elseif action.name == "bump" then
    s.bumps, s.sold = s.bumps + 1, s.sold + 1
  end
  show(room)
end

local commands = {}

function commands.bump(room) room.state.bumps, room.state.sold = room.state.bumps + 1, room.state.sold + 1 end
function commands.judge(room) room.state.judged = true end
function commands.party(room) room.state.party = true end

-- What only one viewer sees, and a button that only this viewer may press.
function commands.ticket(room, user)
  room.panel.patch({ user = user, name = user }, {
    ticket = { elements = { { "card", label = "your_ticket", { "stat", "number", 7 }, { "text", "keep_it" } } } },
    secret = { hidden = false },
  })
end

commands["break"] = function(room)
  local nothing
  return nothing.field
end

-- Texts that would do harm where a page took data for code.
function commands.hostile(room, text)
  room.panel.show("viewer", {
    { "title", text }, { "text", "intro_of", args = { name = text } }, { "text", "constructor" },
    { "text", "__proto__" },
    { "card", label = text, { "button", id = "constructor", label = text } },
    { "choice", id = "tea", label = text, options = { { text, text }, { "x", "toString" } } },
    { "input", id = "wish", label = text },
    { "seats", { { label = text }, { viewer = { user = "x", name = text } } }, label = text },
    { "stat", text, text }, { "list", text, { { text, text } } }, { "progress", text, 1 },
    { "viewer", { user = "x", name = text } }, { "image", "oolong", label = text },
  })
end

function gallery.on_command(room, command)
  local run = commands[command.name]
  if not run then error("there is no command " .. command.name) end
  run(room, command.value)
  if command.name ~= "hostile" then show(room) end
end

return gallery
