local bank = require "tests.helpers.bank"

given {
  config = { questions = bank.three, seconds = 10, ready = 3, pause = 5, winners = 2 },
  pools = { coupon = 10 },
}

-- Everything that a screen has, as a text in which the order of keys does not matter.
local function written(value)
  if type(value) ~= "table" then return tostring(value) end
  local keys, parts = {}, {}
  for key in pairs(value) do
    if type(key) ~= "string" or key:find("^%w") then keys[#keys + 1] = tostring(key) end
  end
  table.sort(keys)
  for _, key in ipairs(keys) do
    local inner = value[key]
    if inner == nil then inner = value[tonumber(key)] end
    parts[#parts + 1] = key .. "=" .. written(inner)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local seen = {}

for _, right in ipairs { "a", "b", "c" } do
  test("QZ-03 before the lock every screen is the same whichever answer is right: " .. right,
    { config = { questions = { bank.choice("tea", right) } } }, function(show)
      local ana = show:join("ana")
      show:start()
      show:advance(3)
      ana:enter("answer", "a")
      show:advance(5)
      local screens = {}
      for place, screen in ipairs { ana:screen(), show.host:screen("host"), show.host:screen("operator") } do
        screens[place] = written(screen)
        expect(screen:find("answer") and screen:find("answer").correct):is_nil()
        expect(screens[place]):lacks("correct")
      end
      seen[#seen + 1] = table.concat(screens, "\n")
      show:advance(5)
      expect(ana):shows("answer", { correct = right })
    end)
end

test("QZ-03 the three of them are the same", function()
  for place = 2, #seen do expect(seen[place]):equals(seen[1]) end
end)

test("QZ-03 being right and being wrong is answered alike, and nothing follows before the lock", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  show:advance(3)
  local right, wrong = ana:enter("answer", "b"), bo:enter("answer", "a")
  expect(right.ok):equals(wrong.ok)
  expect(right.position + 1):equals(wrong.position)
  local one, other = ana:screen(), bo:screen()
  one:find("answer").locked, other:find("answer").locked = nil, nil
  expect(written(one)):equals(written(other))
  show:advance(9)
  expect(#show:effects("leaderboard.add")):equals(0)
  expect(#show:effects("prizes.grant")):equals(0)
end)

test("QZ-03 the order of the options says nothing about how they were configured", function(show)
  local orders = {}
  show:start()
  for _ = 1, 3 do
    show:advance(3)
    local order = {}
    for place, option in ipairs(show.host:screen("viewer"):find("answer").options) do order[place] = option.value end
    orders[#orders + 1] = table.concat(order)
    show:command("skip")
    show:advance(5)
  end
  expect(orders[1] == orders[2] and orders[2] == orders[3]):equals(false)
end)

test("QZ-03 a number is not given away by its bounds or texts", { config = { questions = { bank.number("year") } } }, function(show)
  local ana = show:join("ana")
  show:start()
  show:advance(12)
  for _, person in ipairs { ana, show.host, show.operator } do expect(written(person:screen())):lacks("1610") end
  show:advance(1)
  expect(ana):shows("right_answer", { answer = 1610 })
end)

test("QZ-06 no clock of a viewer is asked: time is that of the log", { config = { mode = "points" } }, function(show)
  local ana = show:join("ana")
  show:start()
  show:advance(5)
  expect(ana:enter("answer", { value = "b", at = 3 })):is_refused("BAD_REQUEST")
  ana:enter("answer", "b")
  show:advance(8)
  expect(show:state().answers.ana.seconds):equals(2)
  expect(ana:points()):equals(90)
end)

test("QZ-20 answers in the chat: letter, digit and full width alike, the first counts", { config = { chat = true } }, function(show)
  local people = { show:join("ana", "bo", "cy", "di") }
  show:start()
  expect(people[1]):shows("chat_rule")
  show:advance(3)
  local choice = people[1]:screen():find("answer")
  expect(choice.shuffle):differs_from(true)
  local right
  for place, option in ipairs(choice.options) do
    expect(option.label.en):matches("^" .. ("ABC"):sub(place, place) .. "%. ")
    if option.value == "b" then right = place end
  end
  local letter, wrong = ("ABC"):sub(right, right), ("ABC"):sub(right % 3 + 1, right % 3 + 1)
  people[1]:say(letter)
  people[2]:say(" " .. tostring(right) .. "！")
  people[3]:say(utf8.char(0xFF20 + right))                       -- Ａ, Ｂ or Ｃ
  people[4]:say(wrong)
  people[4]:say(letter)
  show:advance(1)
  expect(people[1]):shows("answer", { locked = "b" })
  show:advance(9)
  for place = 1, 3 do expect(people[place]):shows("standing_in") end
  expect(people[4]):shows("standing_wrong")
end)

test("QZ-20 what looks like an answer is taken off the screens while the question is open", { config = { chat = true } },
  function(show)
    local ana, bo = show:join("ana", "bo")
    show:start()
    show:advance(3)
    for _, text in ipairs { "A", "我选b", "1", "a nice tea" } do ana:say(text) end
    bo:enter("answer", "b")
    bo:say("C")
    show:advance(1)
    expect(show:events("deleted")):has_length(4)
    expect(bo):shows("answer", { locked = "b" })
    show:advance(9)
    bo:say("A")
    show:advance(1)
    expect(show:events("deleted")):has_length(4)
  end)

test("QZ-21 neither question nor answers are known before it opens", function(show)
  local ana = show:join("ana")
  show:start()
  show:advance(2.9)
  for _, surface in ipairs { "viewer", "host", "operator" } do
    local text = written(show.host:screen(surface))
    expect(text):lacks("Question tea")
    expect(text):lacks("en=second,")
  end
  show:advance(0.1)
  expect(ana):shows("Question tea")
  expect(written(ana:screen())):lacks("Question cup")
end)

test("QZ-22 the host gathers answers, and a crowd is handed over in few calls", function(show)
  local crowd = show:crowd(300)
  show:start()
  show:advance(3)
  show:together(function()
    for place, person in ipairs(crowd) do person:enter("answer", place % 3 == 0 and "b" or "a") end
  end)
  local calls = 0
  for _, kind in ipairs(show:records()) do
    if kind == "on_collected" then calls = calls + 1 end
  end
  expect(calls):is_between(1, 3)
  expect(show:state().answered):equals(300)
  show:advance(10)
  expect(show:state().alive):equals(100)
  expect(show:state().tally.right):equals(100)
end)

test("QZ-22 many players are judged in portions, each of them once", { config = { mode = "points" } }, function(show)
  local crowd = show:crowd(550)
  show:start()
  show:advance(3)
  show:together(function()
    for _, person in ipairs(crowd) do person:enter("answer", "b") end
  end)
  show:advance(9.95)
  show:kill_after(2)
  show:advance(0.3)
  show:kill()
  show:advance(0.2)
  expect(show:state().tally.right):equals(550)
  expect(crowd[1]:points()):equals(100)
  expect(crowd[550]:points()):equals(100)
end)

test("QZ-23 a crash while open: the time that is left is what is left", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  show:advance(4)
  ana:enter("answer", "b")
  show:kill(5)
  expect(show:timers().lock):is_between(3.9, 4.1)
  expect(ana):shows("answer", { locked = "b" })
  bo:enter("answer", "b")
  show:advance(4)
  expect(show:state().tally.right):equals(2)
end)

test("QZ-23 the close passed while nobody ran: what had come is judged", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  show:advance(4)
  ana:enter("answer", "b")
  show:kill(60)
  expect(bo:enter("answer", "b")):is_refused("LATE")
  expect(ana):shows("answer", { correct = "b" })
  expect(ana):shows("standing_in")
end)

test("QZ-23 or the question is void", { config = { after_crash = "void" } }, function(show)
  local ana = show:join("ana")
  show:start()
  show:advance(4)
  ana:enter("answer", "a")
  show:kill(60)
  expect(ana):shows("void")
  expect(ana):shows("standing_in")
end)

test("QZ-23 or the operator decides: judge", { config = { after_crash = "ask" } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  show:advance(4)
  ana:enter("answer", "b")
  show:kill(60)
  expect(ana):shows("held")
  expect(bo:enter("answer", "b")):is_refused("LATE")
  show.operator:press("judge")
  expect(ana):shows("answer", { correct = "b" })
end)

test("QZ-23 or the operator decides: void", { config = { after_crash = "ask" } }, function(show)
  local ana = show:join("ana")
  show:start()
  show:advance(4)
  ana:enter("answer", "a")
  show:kill(60)
  show.operator:press("void")
  expect(ana):shows("void")
  expect(show:state().alive):equals(1)
end)

test("QZ-23 an answer that was durable counts, though nobody was told", function(show)
  local ana = show:join("ana")
  show:start()
  show:advance(3)
  show:kill_after(1)
  expect(ana:enter("answer", "b")):is_refused("LOST")
  expect(ana:enter("answer", "a")):is_refused("ALREADY_ANSWERED", { value = "b" })
  show:advance(10)
  expect(ana):shows("standing_in")
end)
