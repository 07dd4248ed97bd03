-- Lines of viewers as texts: folded, compared, told apart. Nothing here knows of rooms.
local text = {}

-- Full width becomes half width, letters become small.
function text.fold(line)
  local out = {}
  for _, code in utf8.codes(line) do
    if code == 0x3000 then
      code = 0x20
    elseif code >= 0xFF01 and code <= 0xFF5E then
      code = code - 0xFEE0
    end
    out[#out + 1] = utf8.char(code)
  end
  return table.concat(out):lower()
end

local function is_han(code) return code >= 0x3400 and code <= 0x9FFF end

local function is_letter(code)
  return is_han(code) or code >= 0x61 and code <= 0x7A or code >= 0x30 and code <= 0x39
    or code >= 0xC0 and code < 0x2000
end

-- What a line comes down to: its letters and digits, as a list of characters.
function text.letters(line)
  local letters = {}
  for _, code in utf8.codes(text.fold(line)) do
    if is_letter(code) then letters[#letters + 1] = utf8.char(code) end
  end
  return letters
end

-- By which two lines are the same.
function text.key(line) return table.concat(text.letters(line)) end

local function pairs_of(letters)
  local found, count = {}, 0
  for index = 1, #letters - 1 do
    local pair = letters[index] .. letters[index + 1]
    if not found[pair] then found[pair], count = true, count + 1 end
  end
  return found, count
end

-- Whether two lines say nearly the same: four fifths of their pairs of letters are in both.
function text.is_alike(one, other)
  local a, b = text.letters(one), text.letters(other)
  if #a < 4 or #b < 4 then return table.concat(a) == table.concat(b) end
  local first, first_count = pairs_of(a)
  local second, second_count = pairs_of(b)
  local shared = 0
  for pair in pairs(first) do
    if second[pair] then shared = shared + 1 end
  end
  return shared * 5 >= (first_count + second_count - shared) * 4
end

-- "zh" for a line with Chinese characters, "en" for one with other letters, else nil.
function text.language(line)
  local has_letters = false
  for _, code in utf8.codes(text.fold(line)) do
    if is_han(code) then return "zh" end
    if code >= 0x61 and code <= 0x7A then has_letters = true end
  end
  return has_letters and "en" or nil
end

-- Whether there is anything in a line to look for: not "666", not "哈哈哈", not a row of hearts.
function text.is_worth_asking(line)
  local letters = text.letters(line)
  if #letters < 2 then return false end
  local is_number, is_one = true, true
  for _, letter in ipairs(letters) do
    if not letter:find("^%d$") then is_number = false end
    if letter ~= letters[1] then is_one = false end
  end
  return not is_number and not is_one
end

local ASKING = {
  "?", "吗", "么", "呢", "什么", "怎", "多少", "几", "哪", "谁", "能不能", "可以", "有没有", "是不是", "会不会",
  "how ", "what ", "when ", "where ", "which ", "who ", "why ", "can ", "does ", "do ", "is ", "are ",
}

-- Whether a line looks like a question. A cheap guess, which only decides who goes first.
function text.is_asking(line)
  local folded = text.fold(line)
  for _, sign in ipairs(ASKING) do
    if folded:find(sign, 1, true) then return true end
  end
  return false
end

-- Whether somebody repeats what somebody else has said.
function text.is_quoted(line)
  return line:find("^%s*[>\"]") ~= nil or line:find("^%s*“") ~= nil or line:find("^%s*「") ~= nil
    or line:find("^%s*//@") ~= nil
end

-- At most so many characters, with a mark where some are missing.
function text.clip(line, count)
  if (utf8.len(line) or 0) <= count then return line end
  return line:sub(1, utf8.offset(line, count) - 1) .. "…"
end

-- The words of a list such as "one, two", folded.
function text.words(list)
  local words = {}
  for word in text.fold(list):gmatch("[^,;\n]+") do
    word = word:gsub("^%s+", ""):gsub("%s+$", "")
    if word ~= "" then words[#words + 1] = word end
  end
  return words
end

-- The first of some words that a line holds, or nil.
function text.holds(line, words)
  local folded = text.fold(line)
  for _, word in ipairs(words) do
    if folded:find(word, 1, true) then return word end
  end
end

return text
