-- Reads an amount of money as people write and say it, and returns integer minor units, or nil and why not.
--
-- 128, 128.50, ￥１２８．５, $1,280, 128元, 128块5, 八十八块八, 一百二十八, 两万三.
local DIGITS = {
  ["零"] = 0, ["〇"] = 0, ["一"] = 1, ["二"] = 2, ["两"] = 2, ["三"] = 3, ["四"] = 4, ["五"] = 5,
  ["六"] = 6, ["七"] = 7, ["八"] = 8, ["九"] = 9,
}
local UNITS = { ["十"] = 10, ["百"] = 100, ["千"] = 1000, ["万"] = 10000 }
local SIGNS = { "¥", "￥", "$", "€", "£", "rmb", "cny", "usd" }

-- Full-width letters, digits and signs as their plain ones.
local function narrowed(text)
  local parts = {}
  for _, code in utf8.codes(text) do
    if code >= 0xFF01 and code <= 0xFF5E then code = code - 0xFEE0 end
    if code == 0x3000 then code = 32 end
    if code == 0x3002 then code = 46 end
    parts[#parts + 1] = utf8.char(code)
  end
  return table.concat(parts)
end

-- 一百二十八 is 128, 两万三 is 23000, 三百五 is 350; nil when it is no numeral.
local function numeral(text)
  local total, section, digit, unit_last, has_zero = 0, 0, nil, 1, false
  for _, code in utf8.codes(text) do
    local letter = utf8.char(code)
    local unit = UNITS[letter]
    if DIGITS[letter] then
      if digit and digit ~= 0 then return nil end
      digit = DIGITS[letter]
      if digit == 0 then has_zero = true end
    elseif unit == 10000 then
      total = total + (section + (digit or 0)) * unit
      section, digit, unit_last, has_zero = 0, nil, unit, false
    elseif unit then
      if not digit and unit ~= 10 then return nil end
      section = section + (digit or 1) * unit
      digit, unit_last, has_zero = nil, unit, false
    else
      return nil
    end
  end
  -- 三百五: what follows a unit at once is of the next smaller one.
  local tail = (digit or 0) * ((unit_last > 10 and not has_zero) and unit_last // 10 or 1)
  return total + section + tail
end

local function whole(text)
  if text == "" then return nil end
  if text:find("^%d+$") then return math.tointeger(tonumber(text)) end
  if text:find("^%d%d?%d?,%d%d%d") and text:find("^[%d,]+$") then
    for group in text:gmatch(",(%d*)") do
      if #group ~= 3 then return nil end
    end
    return math.tointeger(tonumber((text:gsub(",", ""))))
  end
  return numeral(text)
end

-- One or two digits after the point, as minor units; nil for more.
local function fraction(text)
  if text == "" then return 0 end
  local digits = text
  if not text:find("^%d+$") then
    digits = ""
    for _, code in utf8.codes(text) do
      local digit = DIGITS[utf8.char(code)]
      if not digit then return nil, "no number" end
      digits = digits .. digit
    end
  end
  if #digits > 2 then return nil, "too many decimals" end
  return math.tointeger(tonumber(#digits == 1 and digits .. "0" or digits))
end

local function without(text, where, words)
  for _, word in ipairs(words) do
    if where == "first" and text:sub(1, #word) == word then return text:sub(#word + 1) end
    if where == "last" and text:sub(-#word) == word then return text:sub(1, -#word - 1) end
  end
  return text
end

local function amount(text)
  if #text > 60 or not utf8.len(text) then return nil, "no number" end
  text = narrowed(text):lower():gsub("%s+", "")
  text = without(text, "first", { "我猜", "猜" })
  text = without(text, "first", SIGNS)
  text = without(text, "last", { "块钱", "人民币" })
  text = without(text, "last", { "元", "块" })
  local units, rest
  for _, word in ipairs { "块", "元", "點", "点", "." } do
    local from, to = text:find(word, 1, true)
    if from then units, rest = text:sub(1, from - 1), text:sub(to + 1) break end
  end
  units, rest = units or text, rest or ""
  rest = without(rest, "last", { "毛", "角" })
  local major = whole(units)
  if not major or major > 90000000000 then return nil, "no number" end
  local minor, why = fraction(rest)
  if not minor then return nil, why end
  return major * 100 + minor
end

return amount
