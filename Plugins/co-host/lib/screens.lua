-- What is on the screens: the grid for everybody, the desk for hosts, and what only one person sees.
local seats = require "lib.seats"

local screens = {}

local LAYOUTS = { "grid", "float", "featured", "two_side" }
local QUEUE_SHOWN, AUDIT_SHOWN = 8, 8

local function grid(room, id)
  local s = room.state
  return {
    "seats", seats.grid(s), id = id, columns = math.min(4, #s.seats), label = "seats",
    layout = s.layout.name, version = s.layout.version,
  }
end

-- Everybody's panel. Buttons are hidden until a patch shows them to one person.
local function viewer_panel(room)
  local s, config = room.state, room.config
  return {
    { "title", "heading" },
    s.host_due and { "text", "host_away" } or false,
    grid(room, "seat"),
    { "text", s.mode == "free" and "rules_free" or "rules_apply" },
    { "text", "note_none", id = "note" },
    { "text", config.recorded and "consent_recorded" or "consent", id = "consent" },
    { "row",
      { "button", id = "apply", label = s.mode == "free" and "take" or "apply" },
      { "button", id = "cancel", hidden = true },
      { "button", id = "accept_invite", hidden = true },
      { "button", id = "decline", hidden = true },
      { "button", id = "unmute_yes", hidden = true },
      { "button", id = "unmute_no", hidden = true } },
    { "row",
      { "button", id = "mic", label = "mic_off", hidden = true },
      { "button", id = "camera", label = "camera_off", hidden = true },
      { "button", id = "screen", label = "screen_on", hidden = true },
      { "button", id = "leave", hidden = true } },
    s.mode == "apply" and { "stat", "waiting", #s.queue } or false,
  }
end

-- One person in the queue, with what a host can do. The number of the request stands in the ids: a press that comes too
-- late hits nobody else.
local function applicant(s, place)
  local person = s.people[s.queue[place]]
  return {
    "row",
    { "text", person.wanted and "applicant_wants" or "applicant", id = "request-" .. person.request, args = {
      place = place, name = person.name, request = person.request, seat = person.wanted or 0 } },
    { "button", id = "accept-" .. person.request, label = "accept" },
    { "button", id = "reject-" .. person.request, label = "reject" },
    place > 1 and { "button", id = "first-" .. person.request, label = "first" } or false,
  }
end

-- What a host can do with the seat that was picked. Ids name the seat and the person on it.
local function picked(s)
  local number = s.picked
  local seat = number and s.seats[number]
  if not seat then return { "text", "pick_hint", id = "picked" } end
  local person = seats.person(s, number)
  local tail = "-" .. number .. "-" .. (person and person.number or 0)
  local function button(act, label) return { "button", id = act .. tail, label = label or act } end
  local card = { "card", id = "picked", label = "picked",
    { "text", person and "picked_person" or "picked_empty", id = "picked-who",
      args = { seat = number, name = person and person.name or nil } } }
  if person and person.state == "invited" then
    card[#card + 1] = { "row", button("uninvite") }
  elseif person then
    card[#card + 1] = { "row", button("cut"), button("kick"), button("ban"), button("close") }
    card[#card + 1] = { "row", button("mute"), button("ask_unmute"),
      button("feature", s.featured == person.user and "unfeature" or "feature"),
      button("exempt", person.is_exempt and "unexempt" or "exempt") }
  else
    card[#card + 1] = { "row", seat.is_locked and button("unlock") or button("lock") }
  end
  card[#card + 1] = { "row",
    button("audio_lock", seat.audio_lock and "audio_unlock" or "audio_lock"),
    button("video_lock", seat.video_lock and "video_unlock" or "video_lock"),
    button("screen_lock", seat.screen_lock and "screen_unlock" or "screen_lock"),
    button("audio_only", seat.audio_only and "with_video" or "audio_only") }
  return card
end

local function host_panel(room)
  local s = room.state
  local view = {
    { "title", "desk" },
    s.host_due and { "text", "host_away" } or false,
    grid(room, "select"),
    picked(s),
    { "stat", "waiting", #s.queue },
  }
  for place = 1, math.min(#s.queue, QUEUE_SHOWN) do view[#view + 1] = applicant(s, place) end
  view[#view + 1] = { "input", id = "invite", label = "invite", max = 64 }
  view[#view + 1] = { "row",
    { "button", id = "mode", label = s.mode == "free" and "mode_apply" or "mode_free" },
    { "button", id = "mute_all", label = s.mute_all and "unmute_all" or "mute_all" } }
  local options = {}
  for index, name in ipairs(LAYOUTS) do options[index] = { name, "layout_" .. name } end
  view[#view + 1] = { "choice", id = "layout", options = options }
  if s.draft then
    view[#view + 1] = { "card", id = "preview", label = "preview",
      { "seats", seats.grid(s), columns = math.min(4, #s.seats), label = "layout_" .. s.draft.name, layout = s.draft.name },
      { "button", id = "go_live-" .. s.draft.number, label = "go_live" } }
  end
  return view
end

-- Who did what to whom (CH-17), newest first; all of it stands in the journal.
local function operator_panel(room)
  local s = room.state
  local view = { { "title", "audit" }, { "stat", "seated", seats.taken(s) } }
  for index = #s.audit, math.max(1, #s.audit - AUDIT_SHOWN + 1), -1 do
    local entry = s.audit[index]
    view[#view + 1] = { "text", "audit_" .. entry.what, args = {
      who = entry.who, whom = entry.whom, seat = entry.seat } }
  end
  if #s.audit == 0 then view[#view + 1] = { "text", "audit_none" } end
  view[#view + 1] = { "button", id = "finish" }
  return view
end

function screens.show(room)
  room.panel.show("viewer", viewer_panel(room))
  room.panel.show("host", host_panel(room))
  room.panel.show("operator", operator_panel(room))
end

-- MARK: What one person sees

local BUTTONS = { "apply", "cancel", "accept_invite", "decline", "leave", "mic", "camera", "screen", "unmute_yes", "unmute_no" }

local SHOWN = {
  applying = { "cancel" },
  invited = { "accept_invite", "decline" },
  linking = { "leave", "mic", "camera" },
  ["on-seat"] = { "leave", "mic", "camera" },
  suspended = { "leave" },
  ["cooling-down"] = { "apply" },
}

local function note(s, config, person, place)
  if person.asked then return "note_asked", { seat = person.seat } end
  if person.state == "applying" then
    return "note_applying", { place = place, count = #s.queue, request = person.request }
  end
  if person.state == "invited" then return "note_invited", { seat = person.seat, seconds = config.invite_seconds } end
  if person.state == "cooling-down" then return "note_" .. person.reason, { seat = 0 } end
  return "note_" .. person.state:gsub("%-", "_"), { seat = person.seat }
end

-- Everything that differs for one person. What has not changed since the last time is not sent again.
function screens.patch(room, person, place)
  local s, config = room.state, room.config
  local text, args = note(s, config, person, place)
  local media = seats.person(s, person.seat or 0) and seats.media(s, person) or {}
  local shows = {}
  for _, id in ipairs(SHOWN[person.state]) do shows[id] = true end
  if config.screen and person.state == "on-seat" then shows.screen = true end
  if person.asked then shows.unmute_yes, shows.unmute_no = true, true end
  local patch, mark = { note = { text = text, args = args } }, { text, person.seat or 0, place or 0, #s.queue }
  for _, id in ipairs(BUTTONS) do
    patch[id] = { hidden = not shows[id] }
    mark[#mark + 1] = shows[id] and "+" or "-"
  end
  patch.mic.label = media.audio and "mic_off" or "mic_on"
  patch.camera.label = media.video and "camera_off" or "camera_on"
  patch.screen.label = media.screen and "screen_off" or "screen_on"
  mark[#mark + 1] = patch.mic.label .. patch.camera.label .. patch.screen.label
  local shown = table.concat(mark, " ")
  if person.shown == shown then return end
  person.shown = shown
  room.panel.patch({ user = person.user, name = person.name }, patch)
end

-- Says to somebody who is none again what has happened.
function screens.dismiss(room, person, reason)
  local patch = { note = { text = "note_" .. reason, args = { seat = person.seat or 0 } } }
  for _, id in ipairs(BUTTONS) do patch[id] = { hidden = id ~= "apply" } end
  room.panel.patch({ user = person.user, name = person.name }, patch)
end

return screens
