given { pools = { coupon = 10, gold = 2 }, config = { seconds = 60, winners = 2 } }

local function enter_all(people, id)
  for _, person in ipairs(people) do person:press(id or "enter-1") end
end

local function steps(show)
  local steps = {}
  for _, event in ipairs(show:events("fairness")) do steps[#steps + 1] = event.data.step end
  return steps
end

test("LOT-01 the draw comes at the deadline, or when the host closes", function(show)
  local crowd = show:crowd(5)
  show:start()
  enter_all(crowd)
  show:advance(59)
  expect(show:granted("coupon")):has_length(0)
  show:advance(1)
  expect(show:granted("coupon")):has_length(2)
  show:start()
  enter_all(crowd)
  show.host:press("close_now")
  expect(show:granted("coupon")):has_length(4)
end)

test("LOT-02 counts out of bounds are refused", function(show)
  for _, config in ipairs { { winners = 0 }, { winners = -1 }, { winners = 101 }, { seconds = 4 }, { chance = 1000001 } } do
    expect(show:start(config)):is_refused("BAD_CONFIG")
  end
  expect(show:start { winners = 11 }):is_refused("UNAVAILABLE")
  expect(show:faults()[1].message):contains("has fewer than 11 left")
  expect(show:left("coupon")):equals(10)
end)

test("LOT-03 a second draw waits for the first", { config = { draws = 2, pause = 5 } }, function(show)
  local crowd = show:crowd(4)
  show:start()
  expect(show:start()):is_refused("ALREADY_RUNNING")
  enter_all(crowd)
  show:advance(65)
  expect(crowd[1]):shows("draw_of", { draw = 2, draws = 2 })
  enter_all(crowd, "enter-2")
  show:advance(60)
  expect(show:granted("coupon")):has_length(4)
  expect(show:status()):equals("idle")
end)

test("LOT-04 what is reserved and not won returns once: at the end, on cancel, on stop", function(show)
  local ana = show:join("ana")
  show:start()
  expect(show:left("coupon")):equals(8)
  ana:press("enter-1")
  show:advance(60)
  expect(show:left("coupon")):equals(9)
  show:start()
  show.host:press("cancel")
  expect(show:left("coupon")):equals(9)
  show:start()
  show:stop()
  expect(show:left("coupon")):equals(9)
end)

test("LOT-05 LOT-35 the rules are those of the opening", function(show)
  local ana = show:join("ana")
  show:start()
  expect(show:configure { winners = 5 }):is_refused("BAD_CONFIG")
  ana:press("enter-1")
  show:advance(60)
  expect(show:effects("fairness.commit")[1].rules):contains('"count":2')
end)

test("LOT-06 LOT-26 places follow from the draw alone; everybody who enters can win", function(show)
  local seen = {}
  local crowd = show:crowd(3)
  for _ = 1, 4 do
    show:start { winners = 1 }
    enter_all(crowd)
    show:advance(60)
  end
  for _, user in ipairs(show:granted("coupon")) do seen[user] = true end
  expect(show:granted("coupon")):has_length(4)
  expect(next(seen)):is_there()
end)

test("LOT-06 first come, first served", { config = { selection = "first" } }, function(show)
  local crowd = show:crowd(5)
  show:start()
  for index = 5, 1, -1 do crowd[index]:press("enter-1") end
  show:advance(60)
  expect(show:granted("coupon")):equals { "u5", "u4" }
  expect(show:effects("fairness.commit")):has_length(0)
end)

test("LOT-06 by chance: who rolls nothing wins nothing", { config = { selection = "chance", chance = 0 } }, function(show)
  local crowd = show:crowd(20)
  show:start()
  enter_all(crowd)
  show:advance(60)
  expect(show:granted("coupon")):has_length(0)
  expect(show:left("coupon")):equals(10)
  expect(crowd[1]):shows("nobody")
end)

test("LOT-06 by chance, of two prizes", {
  config = { selection = "chance", winners = 10, chance = 500000, pool2 = "gold", winners2 = 2, chance2 = 500000 },
}, function(show)
  local crowd = show:crowd(40)
  show:start()
  enter_all(crowd)
  show:advance(60)
  expect(show:granted("coupon")):has_length(10)
  expect(show:granted("gold")):has_length(2)
end)

test("LOT-06 LOT-09 who has won goes last, or not at all", { config = { selection = "fresh", winners = 1 } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ana:press("enter-1")
  show:advance(60)
  show:next_show()
  show:start()
  ana:press("enter-1")
  bo:press("enter-1")
  show:advance(60)
  expect(bo:granted("coupon")):equals(1)
  show:start { win_cap = 1, selection = "uniform", winners = 5 }
  ana:press("enter-1")
  bo:press("enter-1")
  show:advance(60)
  expect(ana:granted("coupon")):equals(0)
  expect(ana):shows("out_cap")
end)

test("LOT-07 LOT-10 weights are whole tickets, and none means no entry", {
  config = { selection = "weighted", weights = "ana=0, bo=50", winners = 5 },
}, function(show)
  local ana, bo, cy = show:join("ana", "bo", "cy")
  show:start()
  enter_all { ana, bo, cy }
  show:advance(60)
  expect(ana:granted("coupon")):equals(0)
  expect(bo:granted("coupon")):equals(1)
  expect(show:effects("fairness.freeze")[1].entrants):equals { { "bo", 50 }, { "cy", 1 } }
  expect(ana):shows("out_weight")
end)

test("LOT-08 nobody wins two prizes of a draw", { config = { pool2 = "gold", winners2 = 2 } }, function(show)
  local crowd = show:crowd(4)
  show:start()
  enter_all(crowd)
  show:advance(60)
  for _, person in ipairs(crowd) do
    expect(person:granted("coupon") + person:granted("gold")):equals(1)
  end
end)

test("LOT-10 LOT-17 LOT-20 who is excluded hears so and is counted; staff cannot take part",
  { config = { excluded = "ana" } }, function(show)
    local ana = show:join("ana")
    show:start()
    ana:press("enter-1")
    expect(ana):shows("out_excluded")
    expect(show.host:press("enter-1")):is_refused("FORBIDDEN")
    show:advance(60)
    expect(show:granted("coupon")):has_length(0)
    expect(show.operator:screen("operator"):find("left_out").items):equals { { name = { text = "out_excluded" }, value = 1 } }
  end)

test("LOT-13 LOT-14 watch time is looked at when entering and at the close", { config = { watch_seconds = 30 } },
  function(show)
    local ana = show:join("ana")
    show:start()
    ana:press("enter-1")
    expect(ana):shows("out_watch")
    show:advance(60)
    expect(show:granted("coupon")):has_length(0)
    show:start { tickets_max = 2 }
    show:advance(31)
    ana:press("enter-1")
    show:advance(29)
    expect(show:granted("coupon")):equals { "ana" }
  end)

test("LOT-12 whoever is muted or banned before the close does not take part, unless it is taken back",
  { config = { winners = 10 } }, function(show)
    local ana, bo, cy, di, ed = show:join("ana", "bo", "cy", "di", "ed")
    show.host:mute(ed, 600)
    show:start()
    enter_all { ana, bo, cy, di, ed }
    expect(ed):shows("out_moderated")
    show.host:mute(ana, 600)
    show.host:mute(bo, 600)
    show.host:unmute(bo)
    show.host:ban(cy)
    show:kill(1)
    show:advance(60)
    expect(show:effects("fairness.freeze")[1].entrants):equals { { "bo", 1 }, { "di", 1 } }
    expect(ana):shows("out_moderated")
    expect(show.operator:screen("operator"):find("left_out").items):equals { { name = { text = "out_moderated" }, value = 3 } }
  end)

test("LOT-12 a mute after the close, and one that ended before the draw, take nothing", {
  config = { winners = 2, public_input = true },
}, function(show)
  local ana, bo = show:join("ana", "bo")
  show.host:mute(bo, 5)
  show:advance(6)
  show:start()
  enter_all { ana, bo }
  show:advance(60)
  show.host:mute(ana, 600)
  show.host:enter("input", 7)
  expect(show:granted("coupon")):has_length(2)
end)

test("LOT-12 where entries are kept, a mute takes nothing", { config = { moderated = "keep" } }, function(show)
  local ana = show:join("ana")
  show:start()
  ana:press("enter-1")
  show.host:mute(ana, 600)
  show:advance(60)
  expect(show:granted("coupon")):equals { "ana" }
end)

test("LOT-13 LOT-17 LOT-19 LOT-20 the shop says who does not qualify; they hear why and are counted", {
  config = { check = "members", winners = 10 },
}, function(show)
  local crowd = show:crowd(6)
  show:start()
  enter_all(crowd)
  show:advance(60)
  expect(steps(show)):equals { "committed" }
  local request = show:requests()[1]
  expect(request.parameters.body):equals { draw = "draw-1", viewers = { "u1", "u2", "u3", "u4", "u5", "u6" } }
  show:kill(1)
  show:respond(request.id, {
    status = 200,
    body = { refused = { u1 = "region", u2 = "linked", u3 = "quarantine", u4 = "conditions", u5 = "no word", u9 = "age" } },
  })
  expect(show:effects("fairness.freeze")[1].entrants):equals { { "u6", 1 } }
  for index, text in ipairs { "out_region", "out_linked", "out_quarantine", "out_conditions", "out_shop" } do
    expect(crowd[index]):shows(text)
  end
  expect(show:granted("coupon")):equals { "u6" }
  expect(show.operator:screen("operator"):find("left_out").items):has_length(5)
end)

test("LOT-13 more entrants than one question holds; a shop that is silent refuses nobody", {
  config = { check = "members", winners = 10 },
}, function(show)
  local crowd = show:crowd(201)
  show:start()
  enter_all(crowd)
  show:advance(60)
  expect(show:requests()[1].parameters.body.viewers):has_length(200)
  show:respond(show:requests()[1].id, { status = 200, body = { refused = { u1 = "age" } } })
  expect(show:requests()[1].parameters.body.viewers):has_length(1)
  show:fail_request(show:requests()[1].id, "TIMEOUT")
  expect(crowd[1]):shows("out_age")
  expect(show:effects("fairness.freeze")[1].entrants):has_length(200)
  expect(show:granted("coupon")):has_length(10)
end)

test("LOT-16 who must be there may come back in time", { config = { must_be_present = true, grace = 10 } }, function(show)
  local ana, bo, cy = show:join("ana", "bo", "cy")
  show:start()
  enter_all { ana, bo, cy }
  show:advance(30)
  ana:leave()
  bo:leave()
  show:advance(5)
  bo:join()
  show:advance(25)
  expect(ana:granted("coupon")):equals(0)
  expect(bo:granted("coupon") + cy:granted("coupon")):equals(2)
end)

test("LOT-18 LOT-19 one entry for a person on all devices", function(show)
  local ana = show:join("ana")
  local phone = ana:another_device()
  show:start()
  ana:press("enter-1")
  expect(phone:press("enter-1")):is_refused("ALREADY_ANSWERED")
  show:advance(60)
  expect(show:effects("fairness.freeze")[1].entrants):equals { { "ana", 1 } }
end)

test("LOT-18 further tickets up to the most", { config = { tickets_max = 3, selection = "weighted" } }, function(show)
  local ana = show:join("ana")
  show:start()
  for _ = 1, 5 do ana:press("enter-1") end
  expect(ana):shows("you_are_in", { tickets = 3 })
  show:advance(60)
  expect(show:effects("fairness.freeze")[1].entrants):equals { { "ana", 3 } }
end)

test("LOT-21 LOT-22 an entry is for one draw, and not after its close", { config = { draws = 2, pause = 5 } }, function(show)
  local ana = show:join("ana")
  show:start()
  expect(ana:press("enter-2")):is_refused("NO_SUCH_ACTION")
  show:advance(60)
  expect(ana:press("enter-1").ok):equals(false)
  show:advance(5)
  expect(ana:press("enter-1").ok):equals(false)
  expect(ana:press("enter-2")):is_accepted()
end)

test("LOT-23 LOT-24 LOT-27 committed to, fixed, revealed; each is shown before the next", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  local shown = ana:screen():find("committed").args.hash
  expect(shown):has_length(64)
  expect(steps(show)):equals { "committed" }
  enter_all { ana, bo }
  show:kill(2)
  expect(ana:screen():find("committed").args.hash):equals(shown)
  show:advance(60)
  expect(steps(show)):equals { "committed", "frozen", "revealed" }
  local events = show:events("fairness")
  expect(events[1].data.commitment):equals(shown)
  expect(ana:screen():find("frozen").args):equals { count = 2, hash = events[2].data.hash }
  expect(ana:screen():find("revealed").args.secret):equals(events[3].data.secret)
  expect(events[3].data.secret):has_length(64)
end)

test("LOT-23 the secret is nowhere before it is revealed", function(show)
  local ana = show:join("ana")
  show:start()
  ana:press("enter-1")
  local before = table.concat(ana:screen():lines(), "\n") .. table.concat(show.host:screen():lines(), "\n")
  show:advance(60)
  expect(before):lacks(show:events("fairness")[3].data.secret)
end)

test("LOT-25 a number drawn on camera, after the list is fixed", { config = { public_input = true } }, function(show)
  local crowd = show:crowd(5)
  show:start()
  enter_all(crowd)
  show:advance(60)
  expect(steps(show)):equals { "committed", "frozen" }
  expect(crowd[1]:press("enter-1").ok):equals(false)
  show.host:enter("input", 4711)
  expect(show:granted("coupon")):has_length(2)
  expect(crowd[1]):shows("input_is", { input = "4711" })
  expect(show:events("fairness")[3].data.input):equals("4711")
end)

test("LOT-25 without the number the draw goes on after ten minutes", { config = { public_input = true } }, function(show)
  local ana = show:join("ana")
  show:start()
  ana:press("enter-1")
  show:advance(660)
  expect(ana:granted("coupon")):equals(1)
end)

test("LOT-28 a draw that is given up leaves a trace, and the next one says how many there were", function(show)
  local ana = show:join("ana")
  show:start()
  ana:press("enter-1")
  show.host:press("cancel")
  expect(ana):shows("cancelled")
  expect(ana):shows("abandoned", { count = 1 })
  expect(steps(show)):equals { "committed", "abandoned" }
  show:start()
  expect(ana):shows("abandoned", { count = 1 })
  show:stop()
  expect(steps(show)):equals { "committed", "abandoned", "committed", "abandoned" }
end)

test("LOT-29 nobody enters: it ends, and the stock is back", function(show)
  local ana = show:join("ana")
  show:start()
  show:advance(60)
  expect(show:status()):equals("idle")
  expect(show:left("coupon")):equals(10)
  expect(ana):shows("nobody")
end)

test("LOT-30 what is not claimed goes to the next place", { config = { claim_seconds = 100, winners = 1 } }, function(show)
  local crowd = show:crowd(3)
  show:start()
  enter_all(crowd)
  show:advance(60)
  local function winner()
    for _, person in ipairs(crowd) do if person:screen():find("you_may_claim") then return person end end
  end
  local first = winner()
  expect(show:granted("coupon")):has_length(0)
  expect(show.operator:screen("operator"):find("winners_waiting").items):equals {
    { name = first.name .. " (" .. first.user .. ")", value = { text = "coupon" } },
  }
  show:advance(100)
  expect(show.operator:screen("operator"):find("winners_forfeited").items):has_length(1)
  local second = winner()
  expect(second.user):differs_from(first.user)
  expect(first):shows("too_late")
  expect(first:press("claim").ok):equals(false)
  second:press("claim")
  expect(show:granted("coupon")):equals { second.user }
  expect(steps(show)):equals { "committed", "frozen", "revealed" }
end)

test("LOT-30 two days to claim", { config = { claim_seconds = 172800, winners = 1 } }, function(show)
  local ana = show:join("ana")
  show:start()
  ana:press("enter-1")
  show:advance(60)
  show:advance(172799)
  show:kill(0)
  ana:press("claim")
  expect(show:granted("coupon")):equals { "ana" }
end)

test("LOT-31 a claim counts once, and only the winner can make it", { config = { claim_seconds = 100, winners = 1, draws = 2 } },
  function(show)
    local ana = show:join("ana")
    show:start()
    ana:press("enter-1")
    show:advance(60)
    local bo = show:join("bo")
    expect(bo:press("claim").ok):equals(false)
    ana:press("claim")
    expect(ana:press("claim").ok):equals(false)
    expect(show:granted("coupon")):equals { "ana" }
  end)

test("LOT-32 the shop is told in batches until it says that it knows", { config = { hook = "orders", winners = 1 } },
  function(show)
    local ana = show:join("ana")
    show:start()
    ana:press("enter-1")
    show:advance(60)
    show:fail_request(show:requests()[1].id, "UNAVAILABLE")
    expect(show:status()):equals("running")
    show:advance(2)
    local request = show:requests()[1]
    expect(request.parameters.body.winners[1].key):equals("draw-1/ana/coupon")
    show:respond(request.id, { status = 200 })
    expect(show:status()):equals("idle")
    expect(show:granted("coupon")):equals { "ana" }
  end)

test("LOT-33 entering costs nothing, so a cancel owes nobody anything", function(show)
  local ana = show:join("ana")
  show:start()
  ana:press("enter-1")
  show.host:press("cancel")
  for _, row in ipairs(show:ledger()) do expect(row.user):equals(nil) end
  expect(show:left("coupon")):equals(10)
end)

for records = 1, 4 do
  test("LOT-34 killed " .. records .. " records after the close: the same winners", function(show)
    local crowd = show:crowd(6)
    local function play(kill)
      show:start()
      enter_all(crowd)
      if kill then show:kill_after(records) end
      show:advance(61)
      if kill then show:kill(5) end
      show:advance(1)
      expect(show:status()):equals("idle")
      return show:granted("coupon")
    end
    local winners = play(false)
    expect(winners):has_length(2)
    show:next_show()                  -- a rehearsal has one seed: the next show draws alike
    expect(play(true)):equals(winners)
  end)
end

test("LOT-37 names are masked but on the operator's desk; winners are told in private", { config = { winners = 1 } },
  function(show)
    local ana, bo = show:join("ana", "bo")
    show:start()
    ana:press("enter-1")
    show:advance(60)
    expect(bo:screen():find("winners").items[1].name):equals("A***")
    expect(bo:screen():find("winners").items[1].value):equals { text = "coupon" }
    expect(show.operator:screen("operator"):find("winners").items[1].name):equals("Ana (ana)")
    expect(ana):shows("you_won", { prize = { text = "coupon" } })
    expect(bo):hides("you_won")
    expect(show:events("granted")[1].data):equals {
      pool = "coupon", count = 1, winners = 1, names = { "A***" },
    }
    expect(ana:prizes()):equals { coupon = 1 }
    expect(bo:prizes()):equals {}
    expect(ana:another_device():prizes()):equals { coupon = 1 }
    show:kill()
    expect(ana:prizes()):equals { coupon = 1 }
  end)

test("LOT-38 who comes late sees where it stands, and the own entry", function(show)
  local ana = show:join("ana")
  show:start()
  ana:press("enter-1")
  show:advance(20)
  local phone = ana:another_device()
  expect(phone):shows("you_are_in", { tickets = 1 })
  local bo = show:join("bo")
  expect(bo):shows("not_in")
  expect(bo:screen():find("countdown")):is_there()
end)

test("LOT-39 a prize whose winner cannot have it goes to the next place", { config = { claim_seconds = 100, winners = 1 } },
  function(show)
    local ana, bo = show:join("ana", "bo")
    show:start()
    enter_all { ana, bo }
    show:advance(60)
    local first = ana:screen():find("you_may_claim") and ana or bo
    local other = first == ana and bo or ana
    show:command("forfeit", first.user)
    other:press("claim")
    expect(show:granted("coupon")):equals { other.user }
  end)

test("LOT-39 whoever is banned before claiming is followed by the next place", { config = { claim_seconds = 100, winners = 1 } },
  function(show)
    local ana, bo = show:join("ana", "bo")
    show:start()
    enter_all { ana, bo }
    show:advance(60)
    local first = ana:screen():find("you_may_claim") and ana or bo
    local other = first == ana and bo or ana
    show.host:ban(first)
    expect(other):shows("you_may_claim")
    other:press("claim")
    expect(show:granted("coupon")):equals { other.user }
  end)

test("void needs a reason and a second person", { config = { claim_seconds = 100, winners = 1 } }, function(show)
  local ana = show:join("ana")
  show:start()
  ana:press("enter-1")
  show:advance(60)
  show:command("void", "wrong prize")
  show:command("approve_void")
  expect(show:status()):equals("running")
  show.operator:command("approve_void")
  expect(ana):shows("void", { reason = "wrong prize" })
  expect(show:left("coupon")):equals(10)
end)

test("a scheduled draw opens by itself", { config = { delay = 10 } }, function(show)
  local ana = show:join("ana")
  show:start()
  expect(ana):shows("opens_soon")
  expect(steps(show)):has_length(0)
  show:advance(10)
  expect(ana):shows("enter")
end)
