given {
  config = { product = "oolong", price = 5000, seconds = 30 },
  pools = { coupon = 10 },
}

test("PG-01 the closest guess that is not over wins", function(show)
  local ana, bo, cy = show:join("ana", "bo", "cy")
  show:start()
  expect(show:left("coupon")):equals(9)
  expect(ana:enter("guess", 4900)):is_accepted { value = 4900, position = 1 }
  bo:enter("guess", 4999)
  cy:enter("guess", 5001)
  show:advance(30)
  expect(show:granted("coupon")):equals { "bo" }
  expect(ana):shows("won", { name = "Bo", money = { money = 4999 } })
  expect(bo):shows("congratulations")
  expect(ana):hides("congratulations")
  expect(show:status()):equals("idle")
end)

test("PG-01 nearest: above and below count alike", { config = { mode = "nearest" } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ana:enter("guess", 4900)
  bo:enter("guess", 5001)
  show:advance(30)
  expect(show:granted("coupon")):equals { "bo" }
  expect(ana):shows("won_nearest", { name = "Bo" })
end)

test("PG-01 exact: only the price itself wins", { config = { mode = "exact", winners = 2 } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ana:enter("guess", 4999)
  bo:enter("guess", 5000)
  show:advance(30)
  expect(show:granted("coupon")):equals { "bo" }
  expect(show:left("coupon")):equals(9)
end)

test("PG-01 bracket: who names the range wins", { config = { mode = "bracket", max = 10000, winners = 5 } },
  function(show)
    local ana, bo = show:join("ana", "bo")
    show:start()
    local options = ana:screen():find("guess").options
    expect(options):has_length(4)
    expect(options[2].label):equals("25.01 – 50.00")
    expect(ana:enter("guess", 5)):is_refused("BAD_REQUEST")
    ana:enter("guess", 2)
    bo:enter("guess", 3)
    show:advance(30)
    expect(show:granted("coupon")):equals { "ana" }
  end)

test("PG-01 higher or lower than a reference", { config = { mode = "higher_lower", reference = 4000, winners = 5 } },
  function(show)
    local ana, bo = show:join("ana", "bo")
    show:start()
    expect(ana):shows("rules_higher_lower", { reference = { money = 4000 } })
    ana:enter("guess", "lower")
    bo:enter("guess", "higher")
    show:advance(30)
    expect(show:granted("coupon")):equals { "bo" }
  end)

test("PG-01 higher or lower needs a reference", { config = { mode = "higher_lower" } }, function(show)
  expect(show:start()):is_refused("UNAVAILABLE")
  expect(show:left("coupon")):equals(10)
end)

test("PG-03 a guess out of range does not use up the attempt", { config = { min = 100, max = 9000 } }, function(show)
  local ana = show:join("ana")
  show:start()
  for _, value in ipairs { 99, 9001, -1, "5000", 50.5 } do
    expect(ana:enter("guess", value)):is_refused("BAD_REQUEST")
  end
  expect(ana:enter("guess", 100)):is_accepted { position = 1 }
end)

test("PG-04 the price is nowhere to be seen before the end", { config = { price = 4321 } }, function(show)
  local ana = show:join("ana")
  show:start()
  ana:enter("guess", 4000)
  for _, person in ipairs { ana, show.host } do
    local screen = table.concat(person:screen():lines(), "\n")
    expect(screen):lacks("4321")
    expect(screen):lacks("43.21")
    expect(screen):contains("(price hidden)")
  end
  show:advance(30)
  expect(ana):shows("price_was", { price = { money = 4321 } })
end)

test("PG-04 price and rule are committed to before, and shown afterwards", function(show)
    local ana = show:join("ana")
    show:start()
    local committed = ana:screen():find("committed").args.hash
    expect(committed):has_length(64)
    show:kill(3)
    expect(ana:screen():find("committed").args.hash):equals(committed)
    show:advance(30)
    -- In words on the screen, to the letter in public.
    expect(ana):shows("revealed", { price = { money = 5000 }, mode = { text = "mode_under" } })
    expect(ana):shows("verify", { seal = committed:sub(1, 12), round = 1 })
    local last = show:events("fairness")[2].data
    expect(last):contains { step = "revealed", name = "round-1", commitment = committed }
    expect(last.rules):contains('"price":5000,"product":"oolong"')
    expect(last.secret):has_length(64)
  end)

test("PG-05 the host's screen does not show the price either", function(show)
  show:start()
  expect(show.host:screen():find("product").product.priceMinor):is_nil()
  show.host:press("lock_now")
  expect(show.host:screen():find("product").product.priceMinor):equals(8800)
end)

test("PG-06 one attempt: the first guess counts, and a repeated one returns it", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ana:enter("guess", 100)
  local phone = ana:another_device()
  expect(phone:enter("guess", 5000)):is_refused("ALREADY_ANSWERED", { value = 100 })
  expect(phone):shows("guess", { locked = 100 })
  expect(bo:screen():find("guess").locked):is_nil()
end)

test("PG-06 edits until the lock: the last guess counts", { config = { attempts = 0, counts = "last" } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  for value = 4990, 4999 do ana:enter("guess", value) end
  ana:enter("guess", 10)
  bo:enter("guess", 20)
  show:advance(30)
  expect(show:granted("coupon")):equals { "bo" }
  expect(bo:screen():find("guess_count").value):equals(2)
end)

test("PG-06 three attempts, the best counts", { config = { attempts = 3, counts = "best" } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ana:enter("guess", 6000)
  ana:enter("guess", 4999)
  ana:enter("guess", 10)
  expect(ana):shows("guess", { disabled = true, value = 10 })
  expect(ana:enter("guess", 5000)):is_refused("NO_SUCH_ACTION")
  bo:enter("guess", 4998)
  show:advance(30)
  expect(show:granted("coupon")):equals { "ana" }
end)

test("PG-06 three attempts, the first counts", { config = { attempts = 3, counts = "first" } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ana:enter("guess", 10)
  ana:enter("guess", 5000)
  bo:enter("guess", 20)
  show:advance(30)
  expect(show:granted("coupon")):equals { "bo" }
end)

test("PG-07 of equal guesses the earlier one wins", function(show)
  local people = { show:join("zed", "ana", "bo") }
  show:start()
  show:together(function()
    for _, person in ipairs(people) do person:enter("guess", 4900) end
  end)
  show:advance(30)
  expect(show:granted("coupon")):equals { "zed" }
end)

test("PG-07 equal guesses are drawn by lot, and the rule is shown beforehand", { config = { tie = "seeded" } },
  function(show)
    local crowd = show:crowd(20)
    show:start()
    expect(crowd[1]):shows("tie_seeded")
    for _, person in ipairs(crowd) do person:enter("guess", 4900) end
    show:kill()
    show:advance(30)
    expect(show:granted("coupon")):has_length(1)
  end)

test("PG-07 shared places are announced", { config = { tie = "shared", winners = 2 } }, function(show)
  local ana, bo, cy = show:join("ana", "bo", "cy")
  show:start()
  expect(ana):shows("tie_shared")
  for _, person in ipairs { ana, bo, cy } do person:enter("guess", 4900) end
  show:advance(30)
  expect(show:granted("coupon")):equals { "ana", "bo" }
end)

test("PG-08 everyone over: nobody wins, the prizes go back", { config = { winners = 3 } }, function(show)
  local ana = show:join("ana")
  show:start()
  expect(show:left("coupon")):equals(7)
  ana:enter("guess", 5001)
  show:advance(30)
  expect(show:granted("coupon")):equals {}
  expect(show:left("coupon")):equals(10)
  expect(ana):shows("nobody")
end)

test("PG-08 everyone over: the closest wins", { config = { over = "closest" } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ana:enter("guess", 5002)
  bo:enter("guess", 5001)
  show:advance(30)
  expect(show:granted("coupon")):equals { "bo" }
  expect(ana):shows("won_nearest", { name = "Bo" })
end)

test("PG-08 everyone over: once more", { config = { over = "reopen" } }, function(show)
  local ana = show:join("ana")
  show:start()
  ana:enter("guess", 9000)
  show:advance(30)
  expect(show:status()):equals("running")
  expect(ana:screen():find("guess").locked):is_nil()
  ana:enter("guess", 4000)
  show:advance(30)
  expect(show:granted("coupon")):equals { "ana" }
end)

test("PG-08 once more, and over again: the round ends", { config = { over = "reopen" } }, function(show)
  local ana = show:join("ana")
  show:start()
  ana:enter("guess", 9000)
  show:advance(30)
  ana:enter("guess", 9001)
  show:advance(30)
  expect(show:status()):equals("idle")
  expect(show:left("coupon")):equals(10)
end)

test("PG-09 nobody guesses: the round ends cleanly", function(show)
  local ana = show:join("ana")
  show:start()
  show:advance(30)
  expect(show:status()):equals("idle")
  expect(show:left("coupon")):equals(10)
  expect(ana):shows("nobody_guessed")
  expect(show:start()):is_accepted()
end)

test("PG-10 hints narrow the range and never leave the price out", { config = { hints = 4, seconds = 50, max = 20000 } },
  function(show)
    local ana = show:join("ana")
    show:start()
    expect(ana):hides("hint")
    local low, high = 1, 20000
    for _ = 1, 4 do
      show:advance(10)
      local args = ana:screen():find("hint").args
      expect(args.low.money):is_between(low, 5000)
      expect(args.high.money):is_between(5000, high)
      expect(args.high.money - args.low.money):is_between(500, 19999)
      low, high = args.low.money, args.high.money
    end
  end)

test("PG-10 later guesses score less", { config = { hints = 1, hint_cost = 20, points = true } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  ana:enter("guess", 5000)
  show:advance(15)
  bo:enter("guess", 5000)
  show:advance(15)
  expect(ana:points()):equals(160)                    -- exact 100, first place 50, first third 10
  expect(bo:points()):equals((100 + 30 + 5) * 80 // 100)
end)

test("PG-11 points: accuracy, places, speed, rounded down", { config = { points = true, winners = 1 } }, function(show)
  local people = { show:join("ana", "bo", "cy", "di", "ed") }
  show:start()
  for index, value in ipairs { 5000, 4950, 4750, 4500, 4499 } do people[index]:enter("guess", value) end
  show:advance(30)
  local points = {}
  for index, person in ipairs(people) do points[index] = person:points() end
  expect(points):equals { 100 + 50 + 10, 60 + 30 + 10, 30 + 20 + 10, 10 + 10, 10 }
  expect(people[1]):shows("board")
end)

test("PG-12 three rounds with a cumulative board", { config = { rounds = 3, points = true, pause = 5 } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  expect(show:left("coupon")):equals(7)
  expect(ana):shows("round_of", { round = 1, rounds = 3 })
  ana:enter("guess", 5000)
  show:advance(35)
  expect(ana):shows("round_of", { round = 2, rounds = 3 })
  expect(ana:screen():find("product").product.id):equals("gaiwan")
  bo:enter("guess", 12800)
  show:advance(35)
  show:kill(2)
  expect(ana:screen():find("product").product.id):equals("oolong")
  ana:enter("guess", 8800)
  show:advance(30)
  expect(show:status()):equals("idle")
  expect(ana:points()):equals(320)
  expect(bo:points()):equals(160)
  expect(show:granted("coupon")):equals { "ana", "bo", "ana" }
  expect(show:left("coupon")):equals(7)
end)

test("PG-12 a void round gives nothing and the next one goes on", { config = { rounds = 2, points = true, pause = 5 } },
  function(show)
    local ana = show:join("ana")
    show:start()
    ana:enter("guess", 5000)
    show.host:press("void_round")
    expect(ana):shows("void")
    expect(ana:points()):equals(0)
    show:advance(5)
    ana:enter("guess", 12800)
    show:advance(30)
    expect(show:granted("coupon")):equals { "ana" }
    expect(show:left("coupon")):equals(9)
  end)

test("PG-12 a price that nobody could guess in a later round refuses the start", { config = { rounds = 2, max = 9000 } },
  function(show)
    local answer = show:start()
    expect(answer):is_refused("UNAVAILABLE")
    expect(answer.message):contains("the price of gaiwan is outside of min and max")
    expect(show:left("coupon")):equals(10)
  end)

test("PG-11 the right side gets points too, the wrong one none",
  { config = { mode = "higher_lower", reference = 6000, points = true } }, function(show)
    local ana, bo = show:join("ana", "bo")
    show:start()
    ana:enter("guess", "higher")
    bo:enter("guess", "lower")
    show:advance(30)
    expect(ana:points()):equals(0)
    expect(bo:points()):equals(30 + 50 + 10)
    expect(ana):shows("won_right", { name = "Bo", count = 1 })
  end)

test("PG-01 exact: nobody was right", { config = { mode = "exact" } }, function(show)
  local ana = show:join("ana")
  show:start()
  ana:enter("guess", 4999)
  show:advance(30)
  expect(ana):shows("nobody_right")
end)

test("PG-13 of a viewer who changed the guess the histogram counts the last",
  { config = { histogram = true, max = 10000, attempts = 0 } }, function(show)
    local ana = show:join("ana")
    show:start()
    for _, value in ipairs { 9000, 4000, 1500 } do ana:enter("guess", value) end
    show:advance(30)
    local counts = 0
    for _, item in ipairs(ana:screen():find("histogram").items) do counts = counts + item.value end
    expect(counts):equals(1)
  end)

test("PG-13 viewers see how many guess, the host sees who", function(show)
  local people = { show:join("ana", "bo") }
  show:start()
  for index, person in ipairs(people) do person:enter("guess", 1110 + index) end
  expect(people[1]:screen():find("guess_count").value):equals(2)
  expect(table.concat(people[1]:screen():lines(), "\n")):lacks("Bo")
  expect(show.host:screen():find("guesses").items):equals {
    { name = "Bo", value = { money = 1112 } }, { name = "Ana", value = { money = 1111 } },
  }
  expect(show.host:screen():find("best_so_far").items):equals { { name = "Bo", value = { money = 1112 } } }
end)

test("PG-13 a histogram with wide buckets, after the lock only", { config = { histogram = true, max = 10000 } },
  function(show)
    local crowd = show:crowd(5)
    show:start()
    for index, person in ipairs(crowd) do person:enter("guess", index * 1000 + 1) end
    expect(crowd[1]):hides("histogram")
    show:advance(30)
    local items = crowd[1]:screen():find("histogram").items
    expect(items):has_length(10)
    expect(items[2]):equals { name = "10.01 – 20.00", value = 1 }
  end)

test("PG-14 hosts and operators do not take part", function(show)
  show:start()
  for _, person in ipairs { show.host, show.operator } do
    expect(person:enter("guess", 5000)):is_refused("FORBIDDEN")
  end
end)

test("PG-14 who may know the price is excluded", { config = { excluded = "bo, buyer-7" } }, function(show)
  local ana, bo, buyer = show:join("ana", "bo", "buyer-7")
  show:start()
  bo:enter("guess", 5000)
  buyer:enter("guess", 5000)
  ana:enter("guess", 10)
  expect(bo):shows("guess", { disabled = true, label = "excluded" })
  show:advance(30)
  expect(show:granted("coupon")):equals { "ana" }
end)

test("PG-17 the price defaults to the product's, in its currency", {
  config = { price = 8800 },
  products = { { id = "oolong", price = 8800, currency = "EUR" } },
}, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  expect(ana:screen():find("guess").currency):equals("EUR")
  ana:enter("guess", 8800)
  bo:enter("guess", 8801)
  show:advance(30)
  expect(show:granted("coupon")):equals { "ana" }
end)

test("PG-18 late is late by log order, and a restart changes nothing", function(show)
  local ana, bo, cy = show:join("ana", "bo", "cy")
  show:start()
  ana:enter("guess", 4000)
  local screen = ana:screen()
  show:kill(10)
  expect(ana:screen()):equals(screen)
  expect(ana:enter("guess", 5000)):is_refused("ALREADY_ANSWERED", { value = 4000 })
  bo:enter("guess", 4500)
  show:kill(60)                                       -- the lock falls due while nobody runs
  expect(show:status()):equals("idle")
  expect(show:granted("coupon")):equals { "bo" }
  expect(cy:enter("guess", 5000)):is_refused("NOT_RUNNING")
  show:kill()
  expect(cy):shows("won", { name = "Bo" })
end)

test("PG-18 an answer that was accepted counts, though the server dies before it says so", function(show)
  local ana = show:join("ana")
  show:start()
  show:kill_after(1)
  expect(ana:enter("guess", 4000)):is_refused("LOST")
  expect(ana:enter("guess", 5000)):is_refused("ALREADY_ANSWERED", { value = 4000 })
  show:advance(30)
  expect(show:granted("coupon")):equals { "ana" }
end)

test("PG-18 what is not durable was never said, and the prize is granted once", { config = { winners = 2 } },
  function(show)
    local ana, bo = show:join("ana", "bo")
    show:start()
    ana:enter("guess", 4000)
    bo:enter("guess", 4100)
    show:kill_after(1)
    show:advance(30)
    show:kill()
    expect(show:granted("coupon")):equals { "bo", "ana" }
  end)

test("PG-18 the lock was held up by a crash: the operator's choice is to void",
  { config = { after_crash = "void" } }, function(show)
    local ana = show:join("ana")
    show:start()
    ana:enter("guess", 5000)
    show:kill(60)
    expect(ana):shows("void")
    expect(show:left("coupon")):equals(10)
  end)

test("PG-18 a late joiner sees the round and the time that is left", function(show)
  show:start()
  show:advance(20)
  local late = show:join("late")
  expect(late):shows("countdown", { seconds = 30 })
  late:enter("guess", 4000)
  show:advance(10)
  expect(show:granted("coupon")):equals { "late" }
end)

test("PG-19 guesses in the chat are taken and do not flood it", { config = { chat = true } }, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  local said = ana:say("49块9")
  bo:say("what a nice tea")
  bo:say("一百")
  show:advance(1)
  expect(show:events("deleted")):has_length(2)
  expect(show:events("deleted")[1].data.message):equals(said.message)
  expect(ana):shows("guess", { value = 4990 })
  ana:say("50")                                       -- one attempt, wherever it is made
  show:advance(29)
  expect(show:granted("coupon")):equals { "ana" }
  expect(ana):shows("won", { money = { money = 4990 } })
end)

test("PG-19 without the setting the chat is left alone", function(show)
  local ana = show:join("ana")
  show:start()
  ana:say("50")
  show:advance(1)
  expect(show:events("deleted")):equals {}
  expect(ana:screen():find("guess_count").value):equals(0)
end)

test("PG-20 more exact guesses than prizes: drawn by lot, as announced",
  { config = { mode = "exact", tie = "seeded", winners = 3 } }, function(show)
    local crowd = show:crowd(10)
    show:start()
    expect(crowd[1]):shows("tie_seeded")
    for _, person in ipairs(crowd) do person:enter("guess", 5000) end
    show:advance(30)
    expect(show:granted("coupon")):has_length(3)
  end)

test("PG-20 more exact guesses than prizes: the earlier ones", { config = { mode = "exact", winners = 2 } }, function(show)
  local crowd = show:crowd(5)
  show:start()
  for index = 5, 1, -1 do crowd[index]:enter("guess", 5000) end
  show:advance(30)
  expect(show:granted("coupon")):equals { "u5", "u4" }
end)

test("a stop in mid-round returns the prizes and clears the screens", { config = { winners = 5 } }, function(show)
  local ana = show:join("ana")
  show:start()
  ana:enter("guess", 1)
  show:stop()
  expect(show:left("coupon")):equals(10)
  expect(ana:screen()):equals {}
  expect(show.host:screen()):equals {}
end)

test("a configuration that nobody can win is refused", function(show)
  expect(show:start { max = 4999 }):is_refused("BAD_CONFIG")
  expect(show:start { min = 5001 }):is_refused("BAD_CONFIG")
  expect(show:start { mode = "higher_lower", reference = 5000 }):is_refused("BAD_CONFIG")
end)

test("PG-18 with the picture: who saw it later has as much longer, within the allowance",
  { config = { picture = true, allowance = 1 } }, function(show)
    local ana, bo = show:join("ana", "bo")
    show:picture(61.25)
    show:start()
    expect(show:state().media):equals(61.25)
    show:advance(30.5)
    expect(ana:enter("guess", 4900)):is_refused("LATE")
    expect(bo:enter("guess", 4900, 0.6)):is_accepted()
    show:advance(0.5)
    expect(show:granted("coupon")):equals { "bo" }
  end)

test("PG-18 without a picture nobody waits", { config = { picture = true, allowance = 1 } }, function(show)
  local ana = show:join("ana")
  show:start()
  ana:enter("guess", 4900)
  show:advance(30)
  expect(show:granted("coupon")):equals { "ana" }
end)
