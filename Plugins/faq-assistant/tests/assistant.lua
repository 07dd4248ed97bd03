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

test("FAQ-01 above the high band the entry is said, with its id", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ask(show, ana, "什么时候发货?", finding { entry("ship") })
  expect(bo):shows("said", { answer = "ship answer" })
  expect(bo):shows("cited", { entry = "ship", version = "v1" })
end)

test("FAQ-01 an uncertain line goes to the operator with the best three", function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "这个防水不?", finding({ entry("a"), entry("b"), entry("c"), entry("d") }, { band = "handover", score = 0.4 }))
  expect(ana):hides("said")
  expect(ana):shows("handed_over")
  local desk = show.operator:screen()
  for place, id in ipairs { "a", "b", "c" } do
    expect(desk:find("tap-1-" .. place).label):equals(id .. " question? · " .. id)
  end
  expect(desk:find("tap-1-4")):is_nil()
  expect(show.host):shows("ticket", { question = "这个防水不?" })
end)

test("FAQ-01 a remark is ignored", function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "今天天气真好", finding({ entry("a") }, { band = "ignore", score = 0.1 }))
  show:advance(5)
  ask(show, ana, "主播今天真好看", finding({ entry("a") }, { band = "handover", question = false, score = 0.49 }))
  expect(ana):hides("said")
  expect(#show:state().tickets):equals(0)
  show:advance(5)
  ask(show, ana, "防水等级", finding({ entry("a") }, { band = "handover", question = false, score = 0.5 }))
  expect(#show:state().tickets):equals(1)
end)

test("FAQ-01 two entries that answer alike are not told apart by the machine", { config = { margin_min = 20 } },
  function(show)
    local ana = show:join("ana")
    show:start()
    ask(show, ana, "多久能到货?", finding({ entry("a"), entry("b", { category = "other" }) }, { margin = 0.19 }))
    expect(ana):hides("said")
    expect(show:state().tickets[1].reason):equals("unclear")
    show.operator:press("dismiss-1")
    show:advance(5)
    ask(show, ana, "可以退换货吗?", finding({ entry("a"), entry("b", { category = "other" }) }, { margin = 0.20 }))
    expect(ana):shows("said")
  end)

test("FAQ-01 a shop can ask for more than its own threshold", { config = { answer_min = 95 } }, function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "什么时候发货?", finding({ entry("a") }, { score = 0.949 }))
  expect(ana):hides("said")
end)

test("FAQ-02 first a question back, then other words, then a person", { config = { ask_back = true, per_viewer_seconds = 0 } },
  function(show)
    local ana, bo = show:join("ana", "bo")
    show:start()
    ask(show, ana, "那个怎么弄?", finding({ entry("brew") }, { band = "handover", score = 0.5 }))
    expect(ana):shows("did_you_mean", { question = "brew question?" })
    expect(bo):hides("did_you_mean")
    expect(ana:screen():find("yes").hidden):differs_from(true)
    ana:press("no")
    expect(ana):shows("rephrase")
    ask(show, ana, "怎么样泡才好喝?", finding({ entry("brew") }, { band = "handover", score = 0.5 }))
    expect(ana):shows("handed_over")
    expect(#show:state().tickets):equals(1)
  end)

test("FAQ-02 a yes is answered, to the one who asked", { config = { ask_back = true } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ask(show, ana, "那个怎么弄?", finding({ entry("brew") }, { band = "handover", score = 0.5 }))
  ana:press("yes")
  expect(ana):shows("said", { answer = "brew answer" })
  expect(bo):hides("said")
end)

test("FAQ-02 who does not answer the question back gets a person", { config = { ask_back = true } }, function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "那个怎么弄?", finding({ entry("brew") }, { band = "handover", score = 0.5 }))
  show:advance(29)
  expect(#show:state().tickets):equals(0)
  show:advance(4)
  expect(#show:state().tickets):equals(1)
end)

test("FAQ-03 the answer cites id and version, and the log the edition", function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "什么时候发货?", finding({ entry("ship", { version = "9f3a" }) }, { edition = "e7" }))
  expect(ana):shows("cited", { entry = "ship", version = "9f3a" })
  expect(show:log()[1].text):contains("ship@9f3a of edition e7")
end)

test("FAQ-03 the search is for the product on air", function(show)
  local ana = show:join("ana")
  show:start()
  ana:say("怎么泡比较好?")
  show:advance(0.5)
  expect(request(show).parameters.product):is_nil()
  expect(request(show).parameters.words):equals(true)
end)

test("FAQ-04 price and stock are those of the moment", function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "现在多少钱?", finding { entry("price", { product = "oolong", answer = "现在 {price}，还有 {left:coupon} 张券。" }) })
  expect(ana):shows("said", { answer = "现在 ¥88.00，还有 3 张券。" })
end)

test("FAQ-04 without a value there is no answer", function(show)
  local ana = show:join("ana")
  show:start()
  for index, answer in ipairs { "{price}", "{price:kettle}", "{left:gold}", "{stock}", "{}x {a b} {stock}" } do
    ask(show, show:join("u" .. index), "问题" .. ("甲乙丙丁戊"):sub(index * 3 - 2, index * 3) .. "是多少呢?",
      finding { entry("live", { answer = answer }) })
    expect(ana):hides("said")
    expect(show:state().tickets[index].fault):equals("missing")
  end
end)

test("FAQ-04 other values come from the shop's back end", { config = { facts = "shop" } }, function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "还有货吗?", finding { entry("stock", { product = "oolong", answer = "还有 {stock} 件，{price}。" }) })
  expect(ana):hides("said")
  local asked = request(show, "webhook")
  expect(asked.parameters):equals { hook = "shop", body = { entry = "stock", product = "oolong", names = { "stock" } } }
  show:respond(asked.id, { status = 200, body = { stock = 7 } })
  expect(ana):shows("said", { answer = "还有 7 件，¥88.00。" })
end)

test("FAQ-04 a back end that fails leaves the question to people", { config = { facts = "shop" } }, function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "还有货吗?", finding { entry("stock", { answer = "还有 {stock} 件。" }) })
  show:fail_request(request(show, "webhook").id, "TIMEOUT")
  expect(ana):hides("said")
  expect(show:state().tickets[1].fault):equals("missing")
end)

test("FAQ-05 what is under embargo is not priced, by no means", function(show)
  local checks = require "lib.checks"
  local config = { length_max = 300, banned = "", competitors = "", links = "" }
  for _, answer in ipairs { "只要88元", "现价 ￥88", "88 块", "only $88", "RMB 88" } do
    expect(checks.fault(config, answer, true)):equals("embargo")
    expect(checks.fault(config, answer, false)):is_nil()
  end
  expect(checks.fault(config, "用95度的水，冲3次", true)):is_nil()
end)

test("FAQ-05 an answer with a price leaves the screens when the price is to be guessed, and comes back", function(show)
  local prices = require "lib.prices"
  local config = { length_max = 300, banned = "", competitors = "", links = "" }
  expect(prices.told(config, "现价{price}。", "现价¥88.00。", "oolong")):equals { "oolong" }
  expect(prices.told(config, "盖碗{price:gaiwan}。", "盖碗¥9.00。", nil)):equals { "gaiwan" }
  expect(prices.told(config, "用95度的水。", "用95度的水。", "oolong")):is_nil()
  local answers = { { id = 1, priced = { "oolong" } }, { id = 2 }, { id = 3, priced = { "gaiwan", "oolong" } }, { id = 4, priced = { "gaiwan" } } }
  local secret = { oolong = true }
  local function is_secret(product) return secret[product] == true end
  local function ids(list)
    local found = {}
    for index, answer in ipairs(list) do found[index] = answer.id end
    return found
  end
  expect(ids(prices.withhold(answers, is_secret))):equals { 1, 3 }
  expect(answers[1].withheld):equals(true)
  expect(ids(prices.withhold(answers, is_secret))):equals {}
  secret.oolong = nil
  expect(ids(prices.withhold(answers, is_secret))):equals { 1, 3 }
  expect(answers[3].withheld):is_nil()
end)

test("FAQ-05 the shelf is looked at as long as a price is on the screens, and no longer", function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "什么时候发货?", finding { entry("ship") })
  expect(show:timers().prices):is_nil()
  show:advance(30)
  ask(show, show:join("bo"), "这个多少钱?", finding { entry("price", { answer = "现价88元。", product = "oolong" }) })
  expect(show:timers().prices):is_between(0.1, 1)
  show:advance(5)
  expect(show:timers().prices):is_between(0.1, 1)
  expect(ana:screen():find("withheld")):is_nil()
end)

test("FAQ-06 one viewer is answered once in a while", { config = { per_viewer_seconds = 10 } }, function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "什么时候发货?", finding { entry("ship") })
  ana:say("可以开发票吗?")
  show:advance(1)
  expect(show:requests()):has_length(0)
  show:advance(10)
  ana:say("能不能开发票?")
  show:advance(1)
  expect(show:requests()):has_length(1)
end)

test("FAQ-06 the room is answered so often a minute", { config = { per_minute = 2 } }, function(show)
  show:start()
  for index, line in ipairs { "什么时候发货?", "可以开发票吗?", "怎么保存茶叶?" } do
    show:join("u" .. index):say(line)
    show:advance(0.5)
  end
  expect(show:requests()):has_length(2)
  expect(show:state().counts.limited):equals(1)
  show:advance(60)
  show:join("u9"):say("怎么保存茶叶?")
  show:advance(0.5)
  expect(show:state().asked_count):equals(1)
end)

test("FAQ-06 near-duplicates are one answer with a count", function(show)
  local ana, bo, cy = show:join("ana", "bo", "cy")
  show:start()
  show:together(function()
    ana:say("什么时候发货?")
    bo:say("什么时候发货")
    cy:say("什么时候发货！！")
  end)
  show:advance(0.5)
  expect(show:requests()):has_length(1)
  show:respond(request(show).id, finding { entry("ship") })
  expect(cy):shows("cited", { entry = "ship", count = 3 })
end)

test("FAQ-06 an entry rests after it was said", { config = { cooldown_seconds = 30 } }, function(show)
  local ana, bo, cy = show:join("ana", "bo", "cy")
  show:start()
  ask(show, ana, "什么时候发货?", finding { entry("ship") })
  ask(show, bo, "几号可以寄出来呀", finding { entry("ship") })
  expect(#show:state().answers):equals(1)
  expect(bo):shows("cited", { count = 2 })
  show:advance(31)
  ask(show, cy, "多久才能寄出去呢", finding { entry("ship") })
  expect(#show:state().answers):equals(2)
end)

test("FAQ-07 an old question is dropped, also when its answer comes late", { config = { fresh_seconds = 5, search_seconds = 10 } },
  function(show)
    local ana = show:join("ana")
    show:start()
    ana:say("什么时候发货?")
    show:advance(6)
    show:respond(request(show).id, finding { entry("ship") })
    expect(ana):hides("said")
    expect(show:state().counts.stale):equals(1)
  end)

test("FAQ-07 the queue is bounded, and who has most in it gives way", function(show)
  local waiting = require "lib.waiting"
  local function question(user, line, more)
    local found = { user = user, text = line, at = 0, count = 1, askers = {} }
    for name, value in pairs(more or {}) do found[name] = value end
    return found
  end
  local list = {}
  expect(waiting.add(list, question("ana", "one"), 3)):equals(0)
  expect(waiting.add(list, question("ana", "two", { is_asking = true }), 3)):equals(0)
  expect(waiting.add(list, question("ana", "three"), 3)):equals(1)          -- two of one viewer are enough
  expect(waiting.add(list, question("bo", "four", { is_asking = true }), 3)):equals(0)
  expect(waiting.add(list, question("cy", "five", { is_first = true }), 3)):equals(1)
  local left = {}
  for index, one in ipairs(list) do left[index] = one.text end
  expect(left):equals { "two", "four", "five" }
  expect(waiting.take(list, 1, 20).text):equals("five")                     -- who goes first by rule
  expect(select(2, waiting.take(list, 21, 20))):equals(2)                   -- too old
end)

test("FAQ-08 public above the high band, private below it", { config = { public_min = 95 } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ask(show, ana, "什么时候发货?", finding({ entry("ship") }, { score = 0.94 }))
  expect(ana):shows("said", { answer = "ship answer" })
  expect(bo):hides("said")
  ask(show, bo, "可以开发票吗?", finding({ entry("bill") }, { score = 0.95 }))
  expect(ana):shows("said", { answer = "bill answer" })
end)

test("FAQ-09 what must not be said goes to people", { config = { banned = "山寨, 高仿", competitors = "某宝", links = "shop.example" } },
  function(show)
    local ana = show:join("ana")
    show:start()
    local cases = {
      { "绝对不掉色", "absolute" }, { "可以治疗失眠", "medical" }, { "比某宝便宜", "competitor" }, { "这是高仿", "banned" },
      { "去 evil.example/x 看", "link" }, { ("长"):rep(301), "long" },
    }
    for index, case in ipairs(cases) do
      ask(show, show:join("u" .. index), "问题" .. ("甲乙丙丁戊己"):sub(index * 3 - 2, index * 3) .. "怎么回事呢?",
        finding { entry("e" .. index, { answer = case[1] }) })
      expect(ana):hides("said")
      expect(show:state().tickets[index].fault):equals(case[2])
    end
    ask(show, ana, "在哪里看详情?", finding { entry("ok", { answer = "见 www.shop.example/tea ，第1页。" }) })
    expect(ana):shows("said", { answer = "见 www.shop.example/tea ，第1页。" })
  end)

test("FAQ-09 when the model's words do not do, the merchant's are said", function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "什么时候发货?", finding({ entry("ship") }, { words = "绝对今天发货" }))
  expect(ana):shows("said", { answer = "ship answer" })
end)

test("FAQ-09 good words of the model are said", function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "什么时候发货?", finding({ entry("ship") }, { words = "亲，今天就发货哦" }))
  expect(ana):shows("said", { answer = "亲，今天就发货哦" })
end)

test("FAQ-10 personal data is masked everywhere, and answered in private", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ask(show, ana, "我电话13812345678，什么时候发货?", finding { entry("ship") })
  expect(ana):shows("said")
  expect(bo):hides("said")
  expect(show:effects("chat.hide")):has_length(1)
  for _, line in ipairs(show:log()) do expect(line.text):lacks("13812345678") end
  expect(ana):shows("asked", { question = "我电话***,什么时候发货?" })
end)

test("FAQ-10 what is personal, and what is not", function(show)
  local privacy = require "lib.privacy"
  for _, line in ipairs {
    "138 1234 5678", "+86 138-1234-5678", "mail me: ana.b@mail.example", "１３８１２３４５６７８", "微信号: ana_1", "vx ana1",
    "身份证11010519491231002X", "中山路12号楼3", "12 Main Street 4", "6222 0212 3456 7890",
  } do
    local masked, is_personal = privacy.mask(line)
    if line ~= "12 Main Street 4" then expect({ line, is_personal }):equals { line, true } end
    expect(masked):lacks("5678")
  end
  for _, line in ipairs { "3号链接多少钱", "150克几包", "95度40秒", "买2送1吗", "2026年的茶?", "size 42 or 43?" } do
    expect({ privacy.mask(line) }):equals { line, false }
  end
end)

test("FAQ-11 nothing that viewers write changes what is done", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  for index, line in ipairs(require "tests.helpers.injections") do
    local eve = show:join("e" .. index)
    eve:say(line)
    show:advance(0.5)
    for _, waiting in ipairs(show:requests()) do
      show:respond(waiting.id, finding({ entry("secret") }, { band = "ignore", rule = "injection", score = 0.99 }))
    end
    show:advance(3)
  end
  expect(ana):hides("said")
  expect(#show:state().tickets):equals(0)
  expect(show:state().paused):equals(false)
  -- Even where a line passes, it is data: nothing of it is filled in or followed.
  ask(show, bo, "多少钱 {price} {left:coupon}?", finding { entry("price", { answer = "请看标价。" }) })
  expect(ana):shows("asked", { question = "多少钱 {price} {left:coupon}?" })
end)

test("FAQ-11 viewers have no hand on the desk", function(show)
  local ana = show:join("ana")
  show:start()
  ask(show, ana, "这个防水不?", finding({ entry("a") }, { band = "handover", score = 0.4 }))
  for _, name in ipairs { "tap-1-1", "dismiss-1", "pause", "write-1", "retract-1" } do
    local answer = ana:press(name)
    expect(answer.ok == true and show:state().paused == false or answer.error ~= nil):equals(true)
  end
  expect(#show:state().tickets):equals(1)
  expect(ana):hides("said")
end)

test("FAQ-12 an answer says that it is automatic, one of people by whom it is", function(show)
  local ana = show:join("ana")
  show:start()
  expect(ana):shows("automatic")
  ask(show, ana, "什么时候发货?", finding { entry("ship") })
  expect(ana):shows("cited")
  expect(ana):hides("cited_staff")
end)

test("FAQ-13 hosts, machines, quotes and echoes are not answered", { config = { bots = "robo" } }, function(show)
  local ana, robo = show:join("ana", "robo")
  show:start()
  ask(show, ana, "这个茶怎么泡?", finding { entry("brew", { answer = "用九十五度的水，第一泡四十秒，之后加十秒。" }) })
  show:advance(10)
  show.host:say("大家想知道怎么泡吗?")
  robo:say("多少钱一包?")
  local bo, cy, di = show:join("bo", "cy", "di")
  bo:say("“这个茶怎么泡”")
  cy:say("用九十五度的水，第一泡四十秒，之后加十秒")
  di:say("他说用九十五度的水，第一泡四十秒，之后加十秒，真的吗?")
  show:advance(1)
  expect(show:requests()):has_length(0)
  expect(show:state().counts.echoes):equals(5)
end)
