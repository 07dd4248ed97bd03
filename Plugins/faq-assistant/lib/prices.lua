-- Answers on the screens that tell a price, from the moment on at which nobody may know it (FAQ-05): the price is kept to
-- itself by another plugin, which begins a round with it.
local checks = require "lib.checks"
local screens = require "lib.screens"

local prices = {}

local SECONDS = 1

-- Whether another plugin keeps the price of a product to itself just now.
function prices.is_secret(room, product)
  local found = product and room.products.get(product)
  return found ~= nil and found.priceMinor == nil
end

-- The products whose price an answer tells; nil for none.
function prices.told(config, template, words, product)
  if checks.fault(config, words, true) ~= "embargo" then return nil end
  local list = { product }
  for other in template:gmatch("{price:([%w_:%-]+)}") do list[#list + 1] = other end
  return #list > 0 and list or nil
end

-- Withholds answers and gives them back; returns those that have changed. `is_secret` tells of a product.
function prices.withhold(answers, is_secret)
  local changed = {}
  for _, answer in ipairs(answers) do
    local is_withheld = false
    for _, product in ipairs(answer.priced or {}) do is_withheld = is_withheld or is_secret(product) end
    if is_withheld ~= (answer.withheld or false) then
      answer.withheld = is_withheld or nil
      changed[#changed + 1] = answer
    end
  end
  return changed
end

-- Whether there is anything to watch.
function prices.is_any(answers)
  for _, answer in ipairs(answers) do
    if answer.priced and not answer.withdrawn then return true end
  end
  return false
end

-- As long as an answer with a price is on a screen, the shelf is looked at.
function prices.watch(room)
  if prices.is_any(room.state.answers) then room.timers.set("prices", SECONDS) end
end

-- The last answer that somebody was given is what their own place shows.
local function last_for(s, user)
  for index = #s.answers, 1, -1 do
    for _, asker in ipairs(s.answers[index].askers) do
      if asker.user == user then return s.answers[index].id end
    end
  end
end

-- Hides answers whose price is to be guessed, and gives them back afterwards; whether any has changed.
function prices.look(room)
  local s = room.state
  local changed = prices.withhold(s.answers, function(product) return prices.is_secret(room, product) end)
  for _, answer in ipairs(changed) do
    for _, asker in ipairs(answer.public and {} or answer.askers) do
      if last_for(s, asker.user) == answer.id then screens.tell(room, asker, screens.own(answer)) end
    end
  end
  prices.watch(room)
  return #changed > 0
end

return prices
