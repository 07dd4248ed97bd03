given {
  products = { { id = "oolong", price = 8800 }, { id = "gaiwan", price = 12800 } },
  pools = { coupon = 3 },
}

local entries = require "tests.helpers.entries"
local entry, finding = entries.entry, entries.finding

-- What the only search that waits is for.
local function request(show, service)
  local found
  for _, waiting in ipairs(show:requests()) do
    if waiting.service == (service or "knowledge") then found = waiting end
  end
  expect(found):is_there()
  return found
end

-- Somebody asks, and the shop finds something.
local function ask(show, guest, line, found)
  guest:say(line)
  show:advance(0.5)
  show:respond(request(show).id, found)
end

test("FAQ-14 a thread that people have is silent until it is released", { config = { per_viewer_seconds = 0 } }, function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "这个防水不?", finding({ entry("a") }, { band = "handover", score = 0.4 }))
  ana:say("可以用洗衣机洗吗?")
  show:advance(1)
  expect(show:requests()):has_length(0)
  expect(show:state().tickets[1].text):equals("这个防水不? / 可以用洗衣机洗吗?")
  show.operator:press("tap-1-1")
  expect(ana):shows("said", { answer = "a answer" })
  expect(ana):shows("cited_staff", { entry = "a" })
  ana:say("什么时候发货?")
  show:advance(1)
  expect(show:requests()):has_length(1)
end)

test("FAQ-14 a thread that grows stays as long as a panel can show", { config = { per_viewer_seconds = 0 } }, function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "这个防水不?", finding({ entry("a") }, { band = "handover", score = 0.4 }))
  for piece = 1, 4 do
    ana:say("第" .. piece .. "个问题：" .. ("可以用洗衣机洗吗，水温多少度"):rep(5) .. "?")
    show:advance(3)
  end
  expect(utf8.len(show:state().tickets[1].text)):equals(200)
  expect(show:faults()):has_length(0)
end)

test("FAQ-14 a ticket that nobody takes times out, with a word", { config = { ticket_seconds = 20 } }, function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "这个防水不?", finding({ entry("a") }, { band = "handover", score = 0.4 }))
  show:advance(18)
  expect(#show:state().tickets):equals(1)
  show:advance(5)
  expect(#show:state().tickets):equals(0)
  expect(ana):shows("nobody_free")
end)

test("FAQ-14 out of hours the viewer is told so at once", { config = { staffed = false } }, function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "这个防水不?", finding({ entry("a") }, { band = "handover", score = 0.4 }))
  expect(ana):shows("out_of_hours")
end)

test("FAQ-15 a pause is at once and for everything, and a resume goes on", function(show)
  local ana = show:join("ana")
  show:start()
  ana:say("什么时候发货?")
  show:advance(0.5)
  local before = request(show).id
  show.operator:press("pause")
  expect(ana):shows("resting")
  show:respond(before, finding { entry("ship") })
  expect(ana):hides("said")
  show:join("bo"):say("能不能开发票?")
  show:advance(1)
  expect(show:requests()):has_length(0)
  show.operator:press("resume")
  ask(show, show:join("cy"), "能不能开发票?", finding { entry("bill") })
  expect(ana):shows("said", { answer = "bill answer" })
end)

test("FAQ-15 an answer is retracted for everybody who saw it, also for who comes later", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ask(show, ana, "什么时候发货?", finding { entry("ship") })
  bo:leave()
  show.operator:press("retract-" .. show:state().answers[1].id)
  local late = show:join("late")
  bo:join()
  for _, guest in ipairs { ana, bo, late, show.host } do
    expect(guest):hides("said", { answer = "ship answer" })
  end
  for _, guest in ipairs { ana, bo, late } do
    expect(guest):shows("withdrawn", { question = "什么时候发货?" })
  end
  expect(show:said()):has_length(1)
end)

test("FAQ-15 a private answer is retracted for those who were told", { config = { public_min = 101 } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  show:together(function()
    ana:say("什么时候发货?")
    bo:say("什么时候发货")
  end)
  show:advance(0.5)
  show:respond(request(show).id, finding { entry("ship") })
  expect(bo):shows("said", { answer = "ship answer" })
  show.operator:press("retract-" .. show:state().answers[1].id)
  for _, guest in ipairs { ana, bo } do
    expect(guest):hides("said")
    expect(guest):shows("withdrawn")
  end
  expect(show:said()):has_length(0)
end)

test("FAQ-15 an answer is edited, pinned and unpinned", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ask(show, ana, "什么时候发货?", finding { entry("ship") })
  local id = show:state().answers[1].id
  show.operator:press("edit-" .. id)
  show.operator:enter("words", "明天发货")
  expect(bo):shows("said", { answer = "明天发货" })
  expect(bo):shows("cited_staff", { version = "v1+" })
  show.operator:press("pin-" .. id)
  for index, line in ipairs { "可以开发票吗?", "怎么保存茶叶?", "有没有小包装?", "哪里产的茶叶?", "保质期多长时间?" } do
    ask(show, show:join("u" .. index), line, finding { entry("e" .. index) })
  end
  expect(bo):shows("said", { answer = "明天发货" })
  show.operator:press("pin-" .. id)
  expect(bo):hides("said", { answer = "明天发货" })
end)

test("FAQ-15 an operator writes an answer", function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "这个防水不?", finding({ entry("a") }, { band = "handover", score = 0.4 }))
  show.operator:press("write-1")
  show.operator:press("cancel")
  expect(show.operator):hides("input")
  show.operator:press("write-1")
  show.operator:enter("words", "不防水")
  expect(ana):shows("said", { answer = "不防水" })
  expect(#show:state().tickets):equals(0)
end)

test("FAQ-16 a shop that is slow or down is met with silence, and the chat goes on", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  for index, code in ipairs { "TIMEOUT", "UNAVAILABLE", "FAILED" } do
    expect(show:join("u" .. index):say("问题" .. ("甲乙丙"):sub(index * 3 - 2, index * 3) .. "怎么办?")):is_accepted()
    show:advance(0.5)
    show:fail_request(request(show).id, code)
  end
  expect(ana):hides("said")
  expect(#show:state().tickets):equals(0)
  expect(show:state().counts.failed):equals(3)
  ask(show, bo, "什么时候发货?", finding { entry("ship") })
  expect(ana):shows("said")
end)

test("FAQ-16 a search has its time", { config = { search_seconds = 2 } }, function(show)
  local ana = show:join("ana")
  show:start()
  ana:say("什么时候发货?")
  show:advance(1)
  expect(show:state().counts.failed):equals(0)
  show:advance(2)
  expect(show:state().counts.failed):equals(1)
end)

test("FAQ-18 what nobody could answer is reported by product and minute", { config = { ticket_seconds = 10 } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ask(show, ana, "这个防水不防水?", finding({ entry("a") }, { band = "handover", score = 0.4 }))
  ask(show, bo, "这个防水不防水", finding({ entry("a") }, { band = "handover", score = 0.4 }))
  show:advance(13)
  expect(show.operator):shows("gaps")
  expect(show:state().gaps[1].count):equals(2)
  expect(show:state().gaps[1].minute):equals(0)
  show:stop()
  local log = show:log()
  expect(log[#log].text):contains("gap: 2 times, product -, minute 0: 这个防水不防水?")
end)

test("FAQ-18 complaints slow the answers down", { config = { per_minute = 4, complaints_calm = 2 } }, function(show)
  show:start()
  for index, line in ipairs { "质量太差了真生气", "等了两周没人理我" } do
    ask(show, show:join("c" .. index), line, finding({}, { band = "handover", rule = "complaint", score = 0 }))
  end
  expect(show:state().counts.complaints):equals(2)
  show:join("u1"):say("什么时候发货?")
  show:advance(1)
  expect(show:state().counts.limited):equals(1)
  ask(show, (function() show:advance(61) return show:join("u2") end)(), "什么时候发货?",
    finding { entry("ship", { category = "shipping" }) })
  expect(show:state().topics):equals { shipping = 1 }
end)

test("FAQ-19 the entry in the viewer's language is said, also as second best", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ask(show, ana, "when do you ship?", finding({
    entry("ship", { language = "zh" }), entry("ship-en", { language = "en" }),
  }, { margin = 0 }))
  expect(bo):shows("said", { answer = "ship-en answer" })
  expect(bo):hides("only_zh")
end)

test("FAQ-19 another language is said so, or left to people", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ask(show, ana, "when do you ship?", finding { entry("ship") })
  expect(ana):shows("only_zh")
  show:configure { other_language = "handover" }
  ask(show, bo, "can I have an invoice?", finding { entry("bill") })
  expect(show:state().tickets[1].reason):equals("language")
end)

test("FAQ-19 languages outside of the fallback order are left to people", { config = { languages = "en" } }, function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "when do you ship?", finding { entry("ship") })
  expect(ana):hides("said")
  expect(show:state().tickets[1].reason):equals("language")
end)

test("FAQ-20 a new edition counts from a logged point, and old answers keep their version", { config = { cooldown_seconds = 60 } },
  function(show)
    local ana, bo = show:join("ana", "bo")
    show:start()
    ask(show, ana, "什么时候发货?", finding({ entry("ship") }, { edition = "e1" }))
    ask(show, bo, "几号可以寄出来呀", finding({ entry("ship", { version = "v2", answer = "明天" }) }, { edition = "e2" }))
    local answers = show:state().answers
    expect(answers[1].version):equals("v1")
    expect(answers[1].edition):equals("e1")
    expect(answers[2].version):equals("v2")
    expect(answers[2].text):equals("明天")
    local logged
    for _, line in ipairs(show:log()) do
      if line.text == "entries of edition e2 count from here, instead of e1" then logged = true end
    end
    expect(logged):equals(true)
    expect(show.operator):shows("edition", { edition = "e2" })
  end)

test("FAQ-20 what lies ready to tap is what was found", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ask(show, ana, "这个防水不?", finding({ entry("a") }, { band = "handover", score = 0.4, edition = "e1" }))
  ask(show, bo, "什么时候发货?", finding({ entry("ship") }, { edition = "e2" }))
  show.operator:press("tap-1-1")
  expect(show:state().answers[2].version):equals("v1")
  expect(show:state().answers[2].edition):equals("e1")
end)
