-- Answers on the screens that tell a price, from the moment on at which nobody may know it (FAQ-05): the price is kept to
-- itself by another plugin, which begins a round with it.
local checks = require "lib.checks"

local prices = {}

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

return prices
