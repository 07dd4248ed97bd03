local bank = require "tests.helpers.bank"

given {
  config = { questions = bank.three, seconds = 10, ready = 3, pause = 5, winners = 1 },
  pools = { coupon = 10 },
}

local function refused(show, question, what)
  local reply = show:start { questions = { question } }
  expect(reply):is_refused("UNAVAILABLE")
  expect(reply.message):contains(what)
  expect(show:left("coupon")):equals(10)
end

test("QZ-04 a question has a show time, a media time of its own, and is asked once under its id",
  { config = { questions = { bank.choice("tea", "b", { media = 95.5 }) } } }, function(show)
    local ana = show:join("ana")
    show:start()
    show:advance(3)
    expect(show:state().opened):equals(3)
    expect(ana:screen():find("lock").seconds):equals(10)
    expect(show:state().asked):equals(0)
    show:kill()
    show:advance(10)
    expect(show:state().asked):equals(1)
  end)

test("QZ-05 the close is the same for everybody, by the order of the log", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  show:advance(12.9)
  expect(ana:enter("answer", "b")):is_accepted()
  show:advance(0.1)
  expect(bo:enter("answer", "b")):is_refused("LATE")
end)

test("QZ-24 languages share the ids of options", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  show:advance(3)
  local screen = ana:screen()
  expect(table.concat(screen:lines("zh"), "\n")):contains("题目 tea")
  expect(table.concat(screen:lines("en"), "\n")):contains("Question tea")
  for _, option in ipairs(screen:find("answer").options) do
    expect(option.label.zh):is_there()
    expect(option.label.en):is_there()
  end
  ana:enter("answer", "b")
  bo:enter("answer", "b")
  show:advance(10)
  expect(show:state().tally.right):equals(2)
end)

test("QZ-24 a question in one language alone is one for everybody; half a question is refused", function(show)
  refused(show, bank.choice("tea", "b", { text = { zh = "只有中文" } }), "needs a text")
  local option = { { id = "a", text = { en = "only" } }, { id = "b", text = "two" } }
  refused(show, bank.choice("tea", "b", { options = option }), "a text has zh and en")
  show:start { questions = { bank.choice("tea", "b", { text = "2 + 2 = ?" }) } }
  show:advance(3)
  expect(show.host):shows("2 + 2 = ?")
end)

test("QZ-25 a picture is fetched while everybody gets ready, and shown with the question", function(show)
  local ana = show:join("ana")
  local picture = { image = "oolong", image_text = { zh = "一罐茶", en = "A tin of tea" } }
  show:start { questions = { bank.choice("tea", "b", picture) } }
  expect(ana):hides("picture")
  local hidden
  for _, effect in ipairs(show:effects("panel.show")) do
    for _, element in ipairs(effect.panel) do hidden = hidden or element.id == "picture" and element.hidden end
  end
  expect(hidden):equals(true)
  show:advance(3)
  local after = ana:screen():find("picture")
  expect(after.source):contains("oolong")
  expect(after.label):equals { zh = "一罐茶", en = "A tin of tea" }
end)

test("QZ-25 a picture says in words what it shows, and is one of this server", function(show)
  refused(show, bank.choice("tea", "b", { image = "oolong" }), "image_text must say it")
  refused(show, bank.choice("tea", "b", { image = "https://example.com/a.png", image_text = "A" }), "image must be a path of this server")
  refused(show, bank.choice("tea", "b", { image = "/v1/plugins/quiz/images/../a.png", image_text = "A" }), "image must be a path")
end)

test("QZ-26 a question is asked once in a show, in whichever game", function(show)
  show:start()
  show:advance(3)
  show:stop()
  local reply = show:start()
  expect(reply):is_refused("UNAVAILABLE")
  expect(reply.message):contains("tea was asked in this show already")
  expect(show:left("coupon")):equals(10)
  show:kill()
  expect(show:start { questions = { bank.choice("tea") } }):is_refused("UNAVAILABLE")
  expect(show:start { questions = { bank.choice("cup") } }):is_accepted()
end)

test("QZ-26 twice in one game is refused too, and a new show begins anew", function(show)
  local reply = show:start { questions = { bank.choice("tea"), bank.choice("tea") } }
  expect(reply):is_refused("UNAVAILABLE")
  expect(reply.message):contains("the id tea is taken")
  show:start()
  show:advance(3)
  show:stop()
  show:next_show()
  expect(show:start()):is_accepted()
end)

test("what cannot be asked is refused at the start, and never says what is right", function(show)
  refused(show, bank.choice("Tea"), "needs an id")
  refused(show, bank.choice("tea", "d"), "correct is none of its answers")
  refused(show, bank.choice("tea", "b", { secs = 5 }), "secs is not a member")
  refused(show, bank.choice("tea", "b", { seconds = 2 }), "seconds must be 3 to 120")
  refused(show, bank.choice("tea", "b", { options = { { id = "a", text = "one" } } }), "needs 2 to 4 options")
  refused(show, bank.choice("tea", "a", { options = { { id = "a", text = "1" }, { id = "a", text = "2" } } }), "two options have the id a")
  refused(show, { id = "x", text = "x", correct = 1 }, "needs options, or the kind number or text")
  refused(show, { id = "x", text = "x", kind = "number", correct = 5, max = 4 }, "correct is none")
  refused(show, { id = "x", text = "x", kind = "text", correct = {} }, "correct is none")
  local reply = show:start { questions = {} }
  expect(reply):is_refused("UNAVAILABLE")
end)

test("QZ-26 a show has a bounded number of questions", function(show)
  local function many(first, count)
    local list = {}
    for number = first, first + count - 1 do list[#list + 1] = { id = "q" .. number, text = "q", kind = "number", correct = 1, seconds = 3 } end
    return list
  end
  expect(show:start { questions = many(1, 51) }):is_refused("UNAVAILABLE")
  show:start { questions = many(1, 50), mode = "points", ready = 1, pause = 1 }
  show:advance(50 * 5)
  expect(show:status()):equals("idle")
  local reply = show:start { questions = many(51, 50), mode = "points", ready = 1, pause = 1 }
  expect(reply):is_accepted()
  show:advance(50 * 5)
  expect(show:faults()):has_length(1)                  -- the first start alone
  expect(show:start { questions = many(101, 1) }):is_refused("UNAVAILABLE")
end)

test("seconds of its own", function(show)
  show:start { questions = { bank.choice("tea", "b", { seconds = 20 }) } }
  show:advance(3)
  expect(show:timers().lock):equals(20)
end)
