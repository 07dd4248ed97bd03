-- The arithmetic of the rules: integers only, so that every machine finds the same.
local rules = {}

rules.SCORED_MAX = 200                -- so many get points in one round

local PLACE_POINTS = { 50, 30, 20 }

-- How far a guess is from winning, 0 for exact; nil for one that cannot win.
function rules.distance(config, price, value)
  local mode = config.mode
  if mode == "under" then return value <= price and price - value or nil end
  if mode == "nearest" then return math.abs(price - value) end
  if mode == "exact" then return value == price and 0 or nil end
  if mode == "bracket" then
    local low, high = rules.bracket(config, value)
    return price >= low and price <= high and 0 or nil
  end
  local is_right = (value == "higher" and price > config.reference) or (value == "lower" and price < config.reference)
  return is_right and 0 or nil
end

-- By distance, then by time and place in the log.
local function earlier(a, b)
  if a.distance ~= b.distance then return a.distance < b.distance end
  if a.at ~= b.at then return a.at < b.at end
  return a.position < b.position
end

local function copy(g)
  return {
    viewer = { user = g.viewer.user, name = g.viewer.name }, value = g.value, position = g.position,
    hints = g.hints, at = g.at, distance = g.distance,
  }
end

local function copies(list)
  local copied = {}
  for index, g in ipairs(list) do copied[index] = copy(g) end
  return copied
end

-- The best guesses so far, to put further ones among them; `near` are those over the price.
function rules.board(best, near) return { best = copies(best), near = copies(near) } end

-- As many as can matter: of a draw, or where a viewer may have won enough already, not only the winners.
local function length_max(config)
  if config.points then return rules.SCORED_MAX end
  if config.tie == "seeded" or config.per_viewer > 0 then return math.max(config.winners, 200) end
  return config.winners
end

local function insert(list, g, distance, count)
  local new = copy(g)
  new.distance = distance
  if #list >= count and not earlier(new, list[#list]) then return end
  local low, high = 1, #list + 1
  while low < high do
    local middle = (low + high) // 2
    if earlier(new, list[middle]) then high = middle else low = middle + 1 end
  end
  table.insert(list, low, new)
  list[count + 1] = nil
end

-- Puts a guess among the best, if it is one of them.
function rules.place(config, price, board, g)
  local distance = rules.distance(config, price, g.value)
  if distance then
    insert(board.best, g, distance, length_max(config))
  elseif config.over == "closest" and config.mode == "under" then
    insert(board.near, g, g.value - price, length_max(config))
  end
end

-- Whether a further attempt takes the place of the one that counts so far (PG-06).
function rules.replaces(config, price, known, g)
  if known.value == nil or config.counts == "last" then return true end
  if config.counts == "first" then return false end
  local new, old = rules.distance(config, price, g.value), rules.distance(config, price, known.value)
  if new and old then return new < old end
  return new ~= nil
end

-- Puts those who are equally close in the order that was drawn, a list of users.
function rules.order_equals(best, drawn)
  local place = {}
  for index, user in ipairs(drawn) do place[user] = index end
  table.sort(best, function(a, b)
    if a.distance ~= b.distance then return a.distance < b.distance end
    return place[a.viewer.user] < place[b.viewer.user]
  end)
end

-- The amounts of a bracket, both included; brackets are of equal width but for the last.
function rules.bracket(config, index)
  local width = (config.max - config.min + 1) // config.brackets
  local low = config.min + (index - 1) * width
  return low, index == config.brackets and config.max or low + width - 1
end

function rules.bucket(config, index, count)
  local width = math.max(1, (config.max - config.min + 1) // count)
  local low = config.min + (index - 1) * width
  return low, index == count and config.max or low + width - 1
end

function rules.bucket_of(config, value, count)
  local width = math.max(1, (config.max - config.min + 1) // count)
  return math.min(count, (value - config.min) // width + 1)
end

-- A range around the price, narrower than the last one and never so narrow that it says the price (PG-10).
function rules.hint(config, price, number, before)
  local low, high = before and before.low or config.min, before and before.high or config.max
  local width = math.max((high - low) // 2, math.max(2, price // 5))
  if high - low <= width then return { low = low, high = high } end
  -- Where the price lies in the range is drawn, so that its middle says nothing.
  local from = math.max(low, price - width)
  local to = math.min(price, high - width)
  local start = math.random(from, math.max(from, to))
  return { low = start, high = math.min(high, start + width) }
end

-- Exact 100; within 1 % 60, 5 % 30, 10 % 10. The first three places get 50, 30, 20; who guessed in the first third of
-- the round gets 10, in the second third 5. What later hints cost is taken off; the rest is rounded down (PG-11).
function rules.points(config, price, opened_at, g, place)
  local distance, points = g.distance, 0
  if config.mode == "bracket" or config.mode == "higher_lower" then
    points = 30
  elseif distance == 0 then
    points = 100
  elseif distance * 100 <= price then
    points = 60
  elseif distance * 20 <= price then
    points = 30
  elseif distance * 10 <= price then
    points = 10
  end
  local third = (g.at - opened_at) * 3 // (config.seconds * 1000)
  points = points + (PLACE_POINTS[place] or 0) + (third == 0 and 10 or third == 1 and 5 or 0)
  return math.max(0, points * (100 - config.hint_cost * (g.hints or 0)) // 100)
end

-- Whether somebody may know the price: those whom the operator names (PG-14).
function rules.is_excluded(config, user)
  if config.excluded == "" then return false end
  for name in config.excluded:gmatch("[^,%s]+") do
    if name == user then return true end
  end
  return false
end

return rules
