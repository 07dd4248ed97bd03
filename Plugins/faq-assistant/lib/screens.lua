-- What is on the screens: answers for viewers, the queue for hosts, the desk for operators.
local text = require "lib.text"

local screens = {}

local ANSWERS_SHOWN, TICKETS_SHOWN, ANSWERS_AT_DESK, GAPS_SHOWN = 4, 5, 5, 8

local function answer_card(answer)
  if answer.withdrawn then
    return { "card", { "text", "withdrawn", args = { question = answer.question } } }
  end
  if answer.withheld then return { "card", { "text", "withheld", args = { question = answer.question } } } end
  return {
    "card",
    { "text", "asked", args = { question = answer.question } },
    { "text", "said", args = { answer = answer.text } },
    answer.note and { "text", answer.note } or false,
    { "text", answer.by and "cited_staff" or "cited", args = {
      entry = answer.entry, version = answer.version, count = answer.count, name = answer.by or "",
    } },
  }
end

-- Newest first; a pinned one stays on top.
local function public(s, count_max)
  local list = {}
  for _, answer in ipairs(s.answers) do
    if answer.public and answer.pinned then list[#list + 1] = answer end
  end
  for index = #s.answers, 1, -1 do
    local answer = s.answers[index]
    if answer.public and not answer.pinned and #list < count_max then list[#list + 1] = answer end
  end
  return list
end

function screens.viewer(room)
  local s = room.state
  local view = { { "title", "title" }, { "text", s.paused and "resting" or "automatic" } }
  for _, answer in ipairs(public(s, ANSWERS_SHOWN)) do view[#view + 1] = answer_card(answer) end
  -- What only one viewer sees: an own answer, or a question back.
  view[#view + 1] = { "slot", id = "own" }
  view[#view + 1] = {
    "row", { "button", id = "yes", hidden = true }, { "button", id = "no", hidden = true },
  }
  room.panel.show("viewer", view)
end

-- What one viewer is shown: a text and what goes with it, with or without the two buttons.
function screens.tell(room, viewer, elements, has_buttons)
  room.panel.patch(viewer, {
    own = { elements = elements }, yes = { hidden = not has_buttons }, no = { hidden = not has_buttons },
  })
end

function screens.own(answer) return { answer_card(answer) } end

local function ticket_card(ticket)
  local card = {
    "card", label = "why_" .. ticket.reason,
    { "text", "ticket", args = { question = ticket.text, name = ticket.name, count = ticket.count } },
    ticket.fault and { "text", "fault_" .. ticket.fault } or false,
  }
  for place, entry in ipairs(ticket.entries) do
    card[#card + 1] = {
      "button", id = "tap-" .. ticket.id .. "-" .. place, label = text.clip(entry.question, 60) .. " · " .. entry.id,
    }
  end
  card[#card + 1] = {
    "row", { "button", id = "write-" .. ticket.id, label = "write" },
    { "button", id = "dismiss-" .. ticket.id, label = "dismiss" },
  }
  return card
end

function screens.host(room)
  local s = room.state
  local view = { { "title", "queue" }, { "stat", "open_tickets", #s.tickets } }
  if s.tickets[1] then view[#view + 1] = ticket_card(s.tickets[1]) end
  room.panel.show("host", view)
end

local function desk_card(answer)
  return {
    "card",
    { "text", answer.withdrawn and "withdrawn" or answer.withheld and "withheld" or "asked", args = { question = answer.question } },
    { "text", "said", args = { answer = answer.text } },
    not answer.withdrawn and {
      "row", { "button", id = "pin-" .. answer.id, label = answer.pinned and "unpin" or "pin" },
      { "button", id = "edit-" .. answer.id, label = "edit" },
      { "button", id = "retract-" .. answer.id, label = "retract" },
    } or false,
  }
end

function screens.operator(room)
  local s = room.state
  local view = {
    { "title", "desk" },
    { "row", { "stat", "answered", s.counts.answered }, { "stat", "open_tickets", #s.tickets },
      { "stat", "waiting", #s.waiting }, { "stat", "complaints", s.counts.complaints } },
    { "button", id = s.paused and "resume" or "pause" },
  }
  if s.edition then view[#view + 1] = { "text", "edition", args = { edition = s.edition } } end
  if s.writing then
    view[#view + 1] = {
      "card", label = "write",
      { "text", "asked", args = { question = s.writing.question } },
      { "input", id = "words", max = 200 }, { "button", id = "cancel" },
    }
  end
  for index = 1, math.min(#s.tickets, TICKETS_SHOWN) do view[#view + 1] = ticket_card(s.tickets[index]) end
  for index = #s.answers, 1, -1 do
    local answer = s.answers[index]
    if answer.pinned or index > #s.answers - ANSWERS_AT_DESK then view[#view + 1] = desk_card(answer) end
  end
  local gaps = {}
  for _, gap in ipairs(s.gaps) do gaps[#gaps + 1] = gap end
  table.sort(gaps, function(one, other)
    if one.count ~= other.count then return one.count > other.count end
    return one.number < other.number
  end)
  local items = {}
  for index = 1, math.min(#gaps, GAPS_SHOWN) do
    local gap = gaps[index]
    items[index] = { text.clip(gap.text, 60) .. " · " .. (gap.product or "-") .. " · " .. gap.minute .. "′", gap.count }
  end
  if #items > 0 then view[#view + 1] = { "list", "gaps", items } end
  room.panel.show("operator", view)
end

return screens
