-- How the money of a wave is split into packets: integers only, and the sum is the total (RP-01, RP-02).
local shares = {}

-- Equal shares; the units that are left over go to the first packets, one each.
function shares.fixed(total, packets)
  local base, left, list = total // packets, total % packets, {}
  for index = 1, packets do list[index] = base + (index <= left and 1 or 0) end
  return list
end

-- Everybody gets `low`; the rest goes in proportion to the weights, nobody gets more than `high`, and what rounding
-- and that bound leave over goes unit by unit to those who have room, in the order given. A weight is at most a
-- million and the rest too, so that no product leaves 64 bits.
function shares.random(total, low, high, weights)
  local rest, sum, list = total - low * #weights, 0, {}
  for _, weight in ipairs(weights) do sum = sum + weight end
  local left = rest
  for index, weight in ipairs(weights) do
    local extra = math.min(rest * weight // sum, high - low)
    list[index] = low + extra
    left = left - extra
  end
  while left > 0 do
    local room_for = 0
    for _, share in ipairs(list) do if share < high then room_for = room_for + 1 end end
    local each = math.max(1, left // room_for)
    for index, share in ipairs(list) do
      local more = math.min(each, high - share, left)
      list[index], left = share + more, left - more
    end
  end
  return list
end

return shares
