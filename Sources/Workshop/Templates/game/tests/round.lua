given {
  pools = { coupon = 3 },
  config = { answer = "coffee", seconds = 20 },
}

test("the first right answer wins", function(show)
  local ana, bo, cy = show:join("ana", "bo", "cy")
  show:start()
  expect(show:left("coupon")):equals(2)
  ana:enter("drink", "tea")
  bo:enter("drink", "coffee")
  cy:enter("drink", "coffee")
  show:advance(20)
  expect(show:granted("coupon")):equals { "bo" }
  expect(ana):shows("won", { name = "Bo" })
  expect(show:status()):equals("idle")
end)

test("the first answer of a viewer counts", function(show)
  local ana = show:join("ana")
  show:start()
  ana:enter("drink", "tea")
  expect(ana:enter("drink", "coffee")):is_refused("ALREADY_ANSWERED", { value = "tea" })
  expect(ana):shows("drink", { locked = "tea" })
  show:advance(20)
  expect(ana):shows("nobody")
end)

test("nobody wins: the prize goes back", function(show)
  show:start()
  show:advance(20)
  expect(show:granted("coupon")):equals {}
  expect(show:left("coupon")):equals(3)
end)

test("the host closes early", function(show)
  local ana = show:join("ana")
  show:start()
  ana:enter("drink", "coffee")
  show.host:press("lock_now")
  expect(ana:granted("coupon")):equals(1)
  expect(ana:enter("drink", "tea")):is_refused("NOT_RUNNING")
end)

test("without a prize there is no round", { pools = { coupon = 0 } }, function(show)
  expect(show:start()):is_refused("UNAVAILABLE")
  expect(show:status()):equals("idle")
end)

test("the server dies in mid-round, and the round goes on", function(show)
  local ana = show:join("ana")
  show:start()
  ana:enter("drink", "coffee")
  show:kill(10)
  show:advance(10)
  expect(show:granted("coupon")):equals { "ana" }
end)
