-- The questions of a game, as the operator configures them. Everything is looked at before the start: nothing
-- may fail in the middle of a show. Errors never repeat what is right.
local bank = {}

local QUESTIONS_MAX, SHOW_MAX, LABEL_MAX = 50, 100, 200
local PATH = "^/v1/%l+/[%l%d_-]+/%l+/[%l%d_-]+%.%l+%d?$"

local MEMBERS = {
  id = true, text = true, options = true, kind = true, correct = true, seconds = true, image = true,
  image_text = true, sound = true, sound_text = true, min = true, max = true, note = true, media = true,
}

local function wrong(number, what) error("question " .. number .. ": " .. what, 0) end

local function is_text(value)
  return type(value) == "string" and value ~= "" and (utf8.len(value) or LABEL_MAX + 1) <= LABEL_MAX
end

-- A text, or one for each language, so that variants share everything else (QZ-24).
local function is_worded(value)
  if type(value) ~= "table" then return is_text(value) end
  for _, text in pairs(value) do
    if not is_text(text) then return false end
  end
  return is_text(value.zh) and is_text(value.en)
end

local function is_id(value) return type(value) == "string" and #value <= 32 and value:find("^[a-z0-9][a-z0-9_-]*$") ~= nil end

-- Text that is typed: width, case and spaces do not matter.
function bank.folded(text)
  local parts = {}
  for _, code in utf8.codes(text) do
    if code >= 0xFF01 and code <= 0xFF5E then code = code - 0xFEE0 end
    if code ~= 0x20 and code ~= 0x3000 then parts[#parts + 1] = utf8.char(code) end
  end
  return table.concat(parts):lower()
end

function bank.kind(question) return question.options and "choice" or question.kind end

-- Whether an answer could be right: what is configured as right has to be, and what corrects it later.
function bank.can_be_correct(question, value)
  local kind = bank.kind(question)
  if kind == "choice" then
    for _, option in ipairs(question.options) do
      if option.id == value then return true end
    end
    return false
  end
  if kind == "number" then
    return math.type(value) == "integer" and value >= bank.min(question) and value <= bank.max(question)
  end
  if type(value) == "table" then
    for _, text in ipairs(value) do
      if not is_text(text) then return false end
    end
    return #value >= 1 and #value <= 10
  end
  return is_text(value)
end

function bank.min(question) return question.min or 0 end
function bank.max(question) return question.max or 1000000 end

function bank.is_right(question, correct, value)
  if bank.kind(question) ~= "text" then return value == correct end
  local given = bank.folded(value)
  if type(correct) == "string" then return given == bank.folded(correct) end
  for _, text in ipairs(correct) do
    if given == bank.folded(text) then return true end
  end
  return false
end

local function check_options(number, options)
  if type(options) ~= "table" or #options < 2 or #options > 4 then wrong(number, "needs 2 to 4 options") end
  local known = {}
  for _, option in ipairs(options) do
    if type(option) ~= "table" or not is_id(option.id) or not is_worded(option.text) then
      wrong(number, "an option is { id = …, text = … }; an id is of a-z, 0-9, _ and -, a text has zh and en")
    end
    if known[option.id] then wrong(number, "two options have the id " .. option.id) end
    known[option.id] = true
  end
end

local function check_media(room, number, question)
  for _, kind in ipairs { "image", "sound" } do
    local source = question[kind]
    if source ~= nil then
      if type(source) ~= "string" or not (source:find(PATH) or kind == "image" and room.products.get(source)) then
        wrong(number, kind .. " must be a path of this server" .. (kind == "image" and ", or a product of the show" or ""))
      end
      if not is_worded(question[kind .. "_text"]) then
        wrong(number, kind .. "_text must say it for who cannot see or hear it")        -- QZ-25
      end
    end
  end
end

local function check(room, number, question)
  if type(question) ~= "table" then wrong(number, "must be a table") end
  for name in pairs(question) do
    if not MEMBERS[name] then wrong(number, tostring(name) .. " is not a member of a question") end
  end
  if not is_id(question.id) then wrong(number, "needs an id of a-z, 0-9, _ and -, at most 32") end
  if not is_worded(question.text) then wrong(number, "needs a text of at most 200 characters, or one in zh and one in en") end
  if question.note ~= nil and not is_worded(question.note) then wrong(number, "note must be a text, or one in zh and one in en") end
  if question.options == nil and question.kind ~= "number" and question.kind ~= "text" then
    wrong(number, "needs options, or the kind number or text")
  end
  if question.options ~= nil then check_options(number, question.options) end
  for _, name in ipairs { "min", "max" } do
    if question[name] ~= nil and math.type(question[name]) ~= "integer" then wrong(number, name .. " must be a whole number") end
  end
  if bank.min(question) > bank.max(question) then wrong(number, "max must not be less than min") end
  if not bank.can_be_correct(question, question.correct) then wrong(number, "correct is none of its answers") end
  local seconds = question.seconds
  if seconds ~= nil and (math.type(seconds) ~= "integer" or seconds < 3 or seconds > 120) then
    wrong(number, "seconds must be 3 to 120")
  end
  if question.media ~= nil and (type(question.media) ~= "number" or question.media < 0) then
    wrong(number, "media must be seconds of media time")
  end
  check_media(room, number, question)
end

-- Raises what is wrong with the questions; `used` are the ids that this show has had (QZ-26).
function bank.check(room, used)
  local questions, ids = room.config.questions, {}
  if #questions < 1 or #questions > QUESTIONS_MAX then error("there must be 1 to " .. QUESTIONS_MAX .. " questions", 0) end
  local asked = #questions
  for _ in pairs(used) do asked = asked + 1 end
  if asked > SHOW_MAX then error("a show has at most " .. SHOW_MAX .. " questions", 0) end
  for number, question in ipairs(questions) do
    check(room, number, question)
    if ids[question.id] then wrong(number, "the id " .. question.id .. " is taken") end
    if used[question.id] then wrong(number, question.id .. " was asked in this show already") end
    ids[question.id] = true
  end
end

return bank
