-- Hides danmaku that contain one of the configured words, and shows the operator what was hidden.
---@type Plugin
local guard = {}

local NEWEST_SHOWN = 20

local function show(room)
  local items = {}
  for _, hidden in ipairs(room.state.newest) do items[#items + 1] = { hidden.name, hidden.text } end
  room.panel.show("operator", {
    { "title", "title" },
    { "stat", "hidden", room.state.count },
    { "list", "newest", items },
  })
end

-- The word that a danmaku contains, or nil. Case makes no difference.
local function found(room, text)
  for word in room.config.words:gmatch("[^,]+") do
    word = word:match("^%s*(.-)%s*$"):lower()
    if word ~= "" and text:lower():find(word, 1, true) then return word end
  end
end

function guard.on_start(room)
  room.state.count, room.state.newest = 0, {}
  show(room)
end

function guard.on_danmaku(room, batch)
  local s = room.state
  local hides = false
  for _, danmaku in ipairs(batch) do
    if danmaku.role == "viewer" and found(room, danmaku.text) then
      room.chat.hide(danmaku.message)
      hides = true
      s.count = s.count + 1
      table.insert(s.newest, 1, { name = danmaku.viewer.name, text = danmaku.text })
      s.newest[NEWEST_SHOWN + 1] = nil
    end
  end
  if not hides then return end
  if room.config.warns then room.chat.say("please") end
  show(room)
end

return guard
