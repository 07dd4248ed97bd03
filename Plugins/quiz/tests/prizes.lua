local bank = require "tests.helpers.bank"

given {
  config = { questions = { bank.choice("tea") }, seconds = 10, ready = 3, pause = 5, winners = 2 },
  pools = { coupon = 10, cash = 5000 },
}

local function answer(show, people, value)
  show:advance(3)
  for _, person in ipairs(people) do person:enter("answer", value or "b") end
end

test("QZ-15 nothing about the answers is shown before the lock; then the counts add up", { config = { mode = "points" } },
  function(show)
    local ana, bo, cy = show:join("ana", "bo", "cy")
    show:start()
    show:advance(3)
    ana:enter("answer", "a")
    bo:enter("answer", "b")
    for _, person in ipairs { cy, show.host, show.operator } do
      expect(person:screen():find("statistics")):is_nil()
      expect(person:screen():find("times")):is_nil()
    end
    show:advance(10)
    local counts, total = {}, 0
    for _, item in ipairs(cy:screen():find("statistics").items) do
      counts[item.name.en] = item.value
      total = total + item.value
    end
    expect(counts):equals { first = 1, second = 1, third = 0 }
    expect(total):equals(show.operator:screen("operator"):find("answers").value)
    expect(cy):shows("were_right", { value = 1 })
  end)

test("QZ-16 speed is scored by whole seconds of the log, and ties share a rank", { config = { mode = "points" } }, function(show)
  local ana, bo, cy = show:join("ana", "bo", "cy")
  show:start()
  show:advance(3.2)
  ana:enter("answer", "b")
  show:advance(0.7)
  bo:enter("answer", "b")
  show:advance(0.2)
  cy:enter("answer", "b")
  show:advance(8.9)
  expect(ana:points()):equals(100)
  expect(bo:points()):equals(100)
  expect(cy:points()):equals(95)
  expect(show:leaderboard()[2].rank):equals(1)
  expect(show:leaderboard()[3].rank):equals(3)
  expect(ana):shows("points_rule")
end)

test("QZ-17 a pot is split in minor units, rounded down, and the rest stays with the house",
  { config = { pool = "cash", pot = 1000 } }, function(show)
    local crowd = show:crowd(3)
    show:start()
    expect(crowd[1]):shows("prize_pot", { pot = { money = 1000 } })
    expect(crowd[1]):shows("remainder_house")
    expect(show:left("cash")):equals(4000)
    answer(show, crowd)
    show:advance(15)
    for _, person in ipairs(crowd) do expect(person:granted("cash")):equals(333) end
    expect(show:left("cash")):equals(4001)
    expect(crowd[2]):shows("result_share", { amount = { money = 333 } })
  end)

test("QZ-17 or the rest goes to the first, one unit each",
  { config = { pool = "cash", pot = 1000, remainder = "first" } }, function(show)
    local crowd = show:crowd(6)
    show:start()
    answer(show, crowd)
    show:advance(15)
    local shares = {}
    for place, person in ipairs(crowd) do shares[place] = person:granted("cash") end
    expect(shares):equals { 167, 167, 167, 167, 166, 166 }
    expect(show:left("cash")):equals(4000)
  end)

test("QZ-17 nobody gets less than the minimum: the first ones do", { config = { pool = "cash", pot = 100, minimum = 40 } },
  function(show)
    local crowd = show:crowd(5)
    show:start()
    answer(show, crowd)
    show:advance(15)
    expect(crowd[1]:granted("cash")):equals(50)
    expect(crowd[2]:granted("cash")):equals(50)
    expect(crowd[3]:granted("cash")):equals(0)
  end)

test("QZ-17 no winners: the pot goes back", { config = { pool = "cash", pot = 1000 } }, function(show)
  local ana = show:join("ana")
  show:start()
  answer(show, { ana }, "a")
  show:advance(15)
  expect(show:left("cash")):equals(5000)
  expect(ana):shows("nobody_return")
end)

test("QZ-17 no winners: the pot goes into the next game, and no further than that",
  { config = { pool = "cash", pot = 1000, no_winner = "rollover" } }, function(show)
    local ana = show:join("ana")
    show:start()
    answer(show, { ana }, "a")
    show:advance(15)
    expect(ana):shows("nobody_rollover")
    expect(show:left("cash")):equals(5000)
    show:next_show()
    local bo = show:join("bo")
    show:start()
    expect(show:reserved("cash")):equals(2000)
    show:kill()
    answer(show, { bo })
    show:advance(15)
    expect(bo:granted("cash")):equals(2000)
    expect(show:kept().rollover):is_nil()
  end)

test("QZ-17 a pot that could go to too many is refused", { config = { pool = "cash", pot = 4000 } }, function(show)
  expect(show:start()):is_refused("BAD_CONFIG")
  expect(show:start { minimum = 2 }):is_accepted()
end)

test("QZ-18 more winners than coupons: less time first, then the earlier answer", { config = { winners = 2 } }, function(show)
  local slow, quick, quicker = show:join("slow", "quick", "quicker")
  show:start()
  expect(slow):shows("order_speed")
  expect(slow):shows("prize_coupons", { count = 2 })
  show:advance(4)
  quick:enter("answer", "b")
  quicker:enter("answer", "b")
  show:advance(2)
  slow:enter("answer", "b")
  show:advance(15)
  expect(show:granted("coupon")):equals { "quick", "quicker" }
  expect(show:left("coupon")):equals(8)
end)

test("QZ-18 more winners than coupons: lots are drawn, as announced", { config = { winners = 3, order = "seeded" } },
  function(show)
    local crowd = show:crowd(30)
    show:start()
    expect(crowd[1]):shows("order_seeded")
    local shown = crowd[1]:screen():find("committed").args.hash
    expect(shown):has_length(64)
    answer(show, crowd)
    show:kill_after(1)
    show:advance(15)
    show:kill()
    local granted = show:granted("coupon")
    expect(granted):has_length(3)
    expect(granted):differs_from { "u1", "u2", "u3" }
    local told = show:events("fairness")
    expect(told):has_length(3)
    expect(told[1].data.commitment):equals(shown)
    expect(crowd[1]:screen():find("frozen").args):equals { count = 30, hash = told[2].data.hash }
    expect(crowd[1]:screen():find("revealed").args.secret):equals(told[3].data.secret)
  end)

test("QZ-18 where nobody stands to win the lots are revealed all the same", { config = { order = "seeded" } }, function(show)
  local ana = show:join("ana")
  show:start()
  show:advance(120)
  expect(show:status()):equals("idle")
  expect(show:granted("coupon")):has_length(0)
  local told = show:events("fairness")
  expect(told[#told].data.step):equals("revealed")
  expect(ana:screen():find("revealed")):is_there()
end)

test("QZ-18 stock is reserved at the start, or there is no start", { pools = { coupon = 1 } }, function(show)
  local reply = show:start()
  expect(reply):is_refused("UNAVAILABLE")
  expect(reply.message):contains("pool \"coupon\" has fewer than 2 left")
  expect(show:left("coupon")):equals(1)
end)

test("QZ-18 with hundreds of winners every coupon is granted once", { config = { winners = 250 }, pools = { coupon = 250 } },
  function(show)
    local crowd = show:crowd(250)
    show:start()
    show:together(function()
      show:advance(3)
    end)
    show:together(function()
      for _, person in ipairs(crowd) do person:enter("answer", "b") end
    end)
    show:advance(15)
    show:kill_after(1)
    show:advance(1)
    show:kill()
    expect(show:granted("coupon")):has_length(250)
    expect(crowd[250]:granted("coupon")):equals(1)
    expect(show:left("coupon")):equals(0)
    expect(show:status()):equals("idle")
  end)

test("QZ-19 nobody gets more than the limit in a show, in whichever game", { config = { winners = 1, per_viewer = 1 } },
  function(show)
    local ana, bo = show:join("ana", "bo")
    show:start()
    answer(show, { ana, bo })
    show:advance(15)
    expect(show:granted("coupon")):equals { "ana" }
    show:start { questions = { bank.choice("cup") } }
    show:kill()
    answer(show, { ana, bo })
    show:advance(15)
    expect(show:granted("coupon")):equals { "ana", "bo" }
    expect(ana):shows("result_limit")
  end)

test("QZ-19 the shop says who has one already, and the next one gets it", { config = { winners = 2, check = "winners" } },
  function(show)
    local ana, bo, cy = show:join("ana", "bo", "cy")
    show:start()
    answer(show, { ana, bo, cy })
    show:advance(15)
    expect(show:granted("coupon")):equals {}
    local request = show:requests()[1]
    expect(request.parameters.body.viewers):equals { { user = "ana", suspicious = true }, { user = "bo", suspicious = true } }
    show:kill(1)
    show:respond(request.id, { status = 200, body = { refused = { "ana" } } })
    request = show:requests()[1]
    expect(request.parameters.body.viewers):equals { { user = "cy", suspicious = true } }
    show:respond(request.id, { status = 200, body = { refused = {} } })
    expect(show:granted("coupon")):equals { "bo", "cy" }
    expect(ana):shows("result_refused")
    expect(show:status()):equals("idle")
  end)

test("QZ-19 a shop that does not answer does not cost anybody the prize", { config = { check = "winners" } }, function(show)
  local ana = show:join("ana")
  show:start()
  answer(show, { ana })
  show:advance(15)
  show:fail_request(show:requests()[1].id, "UNAVAILABLE")
  expect(show:granted("coupon")):equals { "ana" }
  expect(show:log()[#show:log()].level):equals("warning")
end)

test("QZ-21 a cap of devices is the shop's to count, and the next one gets the prize", {
  config = { winners = 2, check = "winners", per_device = 1 },
}, function(show)
  local ana, bo, cy = show:join("ana", "bo", "cy")
  show:start()
  answer(show, { ana, bo, cy })
  show:advance(15)
  local body = show:requests()[1].parameters.body
  expect(body.perDevice):equals(1)
  local game = body.game
  show:respond(show:requests()[1].id, { status = 200, body = { refused = { bo = "device" } } })
  expect(show:requests()[1].parameters.body.game):equals(game)         -- so that the shop can count
  show:kill(1)
  show:respond(show:requests()[1].id, { status = 200, body = { refused = {} } })
  expect(show:granted("coupon")):equals { "ana", "cy" }
  expect(bo):shows("result_device")
  expect(show.operator:screen("operator"):find("refused").items):equals { { name = { text = "result_device" }, value = 1 } }
end)

test("QZ-21 without somebody who knows devices there is no cap", function(show)
  expect(show:start { per_device = 1 }):is_refused("BAD_CONFIG")
end)

test("QZ-21 the operator sees how long answers took, and which were too quick", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  show:advance(3.1)
  ana:enter("answer", "b")
  show:advance(4)
  bo:enter("answer", "b")
  show:advance(8)
  local desk = show.operator:screen("operator")
  expect(desk:find("times").items):equals { { name = "0 s", value = 1 }, { name = "4 s", value = 1 } }
  expect(desk:find("suspicious").value):equals(1)
  expect(show:state().players.ana.fast):equals(1)
end)

test("QZ-27 an answer is corrected after judging: everybody is judged again, and it is written down", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start { questions = { bank.choice("tea"), bank.choice("cup") } }
  answer(show, { ana }, "a")
  bo:enter("answer", "b")
  show:advance(10)
  expect(ana):shows("standing_wrong")
  show:command("correct", "a")
  expect(ana):shows("standing_in")
  expect(bo):shows("standing_wrong")
  expect(ana):shows("corrected")
  expect(ana):shows("answer", { correct = "a" })
  expect(show:said()):equals { { text = "said_corrected", args = { number = 1 } } }
  local entry = show:state().audit[1]
  expect(entry.what):equals("correct")
  expect(entry.question):equals("tea")
  expect(entry.by):equals("host")
  expect(show.operator:screen("operator"):find("audit").items[1].name):equals("correct tea")
  show:kill()
  show:advance(5)
  answer(show, { ana })
  show:advance(15)
  expect(show:granted("coupon")):equals { "ana" }
end)

test("QZ-27 points are taken back and given anew, once", { config = { mode = "points" } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  answer(show, { ana }, "a")
  bo:enter("answer", "b")
  show:advance(10)
  show:command("correct", "a")
  show:command("correct", "a")
  show:command("correct", "none")
  expect(ana:points()):equals(100)
  expect(bo:points()):equals(0)
  show:advance(5)
  expect(show:command("correct", "b")):is_refused("NOT_RUNNING")
  expect(show:granted("coupon")):equals { "ana" }
end)
