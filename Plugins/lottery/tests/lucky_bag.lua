given { pools = { coupon = 10 }, config = { kind = "lucky_bag", phrase = "好运 Tea", seconds = 60, winners = 2 } }

test("LOT-11 the phrase counts whatever its case, width and spaces", function(show)
  local ana, bo, cy = show:join("ana", "bo", "cy")
  show:start()
  ana:say("好运ＴＥＡ")
  bo:say("  好运 tea ")
  cy:say("好运 coffee")
  expect(ana):shows("you_are_in", { tickets = 1 })
  expect(cy):shows("not_in")
  show:advance(60)
  expect(show:effects("fairness.freeze")[1].entrants):equals { { "ana", 1 }, { "bo", 1 } }
end)

test("LOT-11 within a longer line, where that is allowed", { config = { match = "contains" } }, function(show)
  local ana = show:join("ana")
  show:start()
  ana:say("来了来了，好运 Tea！")
  show:advance(60)
  expect(show:granted("coupon")):equals { "ana" }
end)

test("LOT-11 a phrase that the room does not let through is none", { blocked = "加微信" }, function(show)
  local answer = show:start { phrase = "好运加微信" }
  expect(answer):is_refused("BAD_CONFIG")
  expect(show:left("coupon")):equals(10)
  expect(show:start()):is_accepted()
end)

test("LOT-11 a lucky bag needs a phrase", { config = { phrase = "" } }, function(show)
  expect(show:start()):is_refused("BAD_CONFIG")
end)

test("LOT-15 LOT-22 what was said before the opening or after the close does not count", function(show)
  local ana, bo = show:join("ana", "bo")
  ana:say("好运 Tea")
  show:start()
  show:advance(60)
  bo:say("好运 Tea")
  expect(show:granted("coupon")):has_length(0)
end)

test("LOT-12 a phrase that a host deletes before the close is no entry", function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  local said = ana:say("好运 Tea")
  bo:say("好运 Tea")
  show.host:delete(said.message)
  expect(ana):shows("out_deleted")
  show:advance(60)
  expect(show:effects("fairness.freeze")[1].entrants):equals { { "bo", 1 } }
  expect(show.operator:screen("operator"):find("left_out").items):equals { { name = { text = "out_deleted" }, value = 1 } }
end)

test("LOT-12 of several tickets the one is gone; who has none left may enter again, and counts once", {
  config = { tickets_max = 3, selection = "first", winners = 5 },
}, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  local first = ana:say("好运 Tea")
  show:advance(2)
  local second = ana:say("好运 tea！")
  bo:say("好运 Tea")
  show.host:delete(first.message)
  show.host:delete(second.message)
  expect(ana):shows("out_deleted")
  show:advance(10)
  ana:say("好运 TEA")
  expect(ana):shows("you_are_in", { tickets = 1 })
  show:advance(60)
  expect(show:granted("coupon")):equals { "bo", "ana" }
end)
