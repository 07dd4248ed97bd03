-- Everybody can press a button, and everybody sees how often it was pressed.
---@type Plugin
local game = {}

local function show(room)
  room.panel.show("viewer", {
    { "title", "title" },
    { "button", id = "hello" },
    { "stat", "count", room.state.count },
  })
end

function game.on_start(room)
  room.state.count = 0
  show(room)
end

function game.on_action(room, action)
  if action.name ~= "hello" then return end
  room.state.count = room.state.count + 1
  show(room)
end

return game
