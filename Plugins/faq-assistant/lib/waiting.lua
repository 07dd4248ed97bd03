-- Questions that wait for a search: bounded, fresh, merged, fair (FAQ-06, FAQ-07).
local text = require "lib.text"

local waiting = {}

local PER_VIEWER = 2               -- waiting questions of one viewer
local ASKERS_MAX = 50              -- people remembered of one question

-- Notes one more who asks the same.
function waiting.join(question, viewer)
  question.count = question.count + 1
  for _, asker in ipairs(question.askers) do
    if asker.user == viewer.user then return end
  end
  if #question.askers < ASKERS_MAX then
    question.askers[#question.askers + 1] = { user = viewer.user, name = viewer.name }
  end
end

-- The one of a list of questions, or tickets, that says nearly the same about the same product.
function waiting.like(list, line, product)
  for _, question in ipairs(list) do
    if question.product == product and text.is_alike(question.text, line) then return question end
  end
end

-- Who gives way when there is no room: of whoever has most waiting, the oldest; a question after a remark, one of
-- those who go first after the others.
local function worth(question)
  return (question.is_first and 2 or 0) + (question.is_asking and 1 or 0)
end

local function shed(list)
  local counts, least = {}, nil
  for _, question in ipairs(list) do counts[question.user] = (counts[question.user] or 0) + 1 end
  for index, question in ipairs(list) do
    local known = least and list[least]
    if not known or counts[question.user] > counts[known.user]
      or counts[question.user] == counts[known.user] and worth(question) < worth(known) then
      least = index
    end
  end
  table.remove(list, least)
end

-- Adds a question at the end. Returns how many had to go.
function waiting.add(list, question, count_max)
  local own = 0
  for _, known in ipairs(list) do
    if known.user == question.user then own = own + 1 end
  end
  if own >= PER_VIEWER then return 1 end
  list[#list + 1] = question
  if #list <= count_max then return 0 end
  shed(list)
  return 1
end

-- Takes the next one that is still fresh; drops the others. Returns it, or nil, and how many were too old.
function waiting.take(list, now, fresh_seconds)
  local stale = 0
  for index = #list, 1, -1 do
    if now - list[index].at > fresh_seconds then
      table.remove(list, index)
      stale = stale + 1
    end
  end
  local best
  for index, question in ipairs(list) do
    if not best or worth(question) > worth(list[best]) then best = index end
  end
  return best and table.remove(list, best), stale
end

return waiting
