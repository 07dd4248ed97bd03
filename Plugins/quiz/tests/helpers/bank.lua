-- Questions for tests. Of the choices of tea, cup and price "b" is right; the number is 1610, the text 碧螺春.
local bank = {}

function bank.choice(id, correct, more)
  local question = {
    id = id, text = { zh = "题目 " .. id, en = "Question " .. id }, correct = correct or "b",
    options = {
      { id = "a", text = { zh = "甲", en = "first" } },
      { id = "b", text = { zh = "乙", en = "second" } },
      { id = "c", text = { zh = "丙", en = "third" } },
    },
  }
  for name, value in pairs(more or {}) do question[name] = value end
  return question
end

function bank.number(id) return { id = id, text = "In which year?", kind = "number", correct = 1610, min = 0, max = 3000 } end

function bank.text(id) return { id = id, text = "Which tea?", kind = "text", correct = { "碧螺春", "Biluochun" } } end

bank.three = { bank.choice("tea"), bank.choice("cup"), bank.choice("price") }

return bank
