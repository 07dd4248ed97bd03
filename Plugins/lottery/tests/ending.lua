given { pools = { coupon = 10, gold = 2 }, config = { seconds = 60, winners = 2 } }

local function enter_all(people, id)
  for _, person in ipairs(people) do person:press(id or "enter-1") end
end

local function steps(show)
  local steps = {}
  for _, event in ipairs(show:events("fairness")) do steps[#steps + 1] = event.data.step end
  return steps
end

test("LOT-36 a stop while it is open cancels it", function(show)
  local ana = show:join("ana")
  show:start()
  ana:press("enter-1")
  show:stop()
  expect(show:granted("coupon")):has_length(0)
  expect(show:left("coupon")):equals(10)
end)

test("LOT-36 a stop draws what is open, and then ends", { config = { on_stop = "draw", draws = 2, public_input = true } },
  function(show)
    local crowd = show:crowd(5)
    show:start()
    enter_all(crowd)
    expect(show:stop()):is_accepted()
    expect(steps(show)):equals { "committed", "frozen", "revealed" }
    expect(show:granted("coupon")):has_length(2)
    expect(show:status()):equals("idle")
    expect(show:left("coupon")):equals(8)              -- what the second draw would have given is back
    expect(crowd[1]):shows("winners")
  end)

test("LOT-36 killed in the middle of a stop, the draw is made all the same", { config = { on_stop = "draw" } }, function(show)
  local crowd = show:crowd(5)
  show:start()
  enter_all(crowd)
  show:kill_after(1)
  expect(show:stop()):is_refused("LOST")
  show:advance(1)
  expect(show:granted("coupon")):has_length(2)
  expect(show:status()):equals("idle")
end)

test("LOT-36 prizes that wait for their winners keep a stop waiting, a second one does not", {
  config = { on_stop = "draw", claim_seconds = 100 },
}, function(show)
  local crowd = show:crowd(2)
  show:start()
  enter_all(crowd)
  show:stop()
  expect(show:status()):equals("running")
  crowd[1]:press("claim")
  expect(show:granted("coupon")):equals { crowd[1].user }
  expect(show:stop()):is_accepted()
  expect(show:status()):equals("idle")
  expect(show:left("coupon")):equals(9)
end)

test("LOT-36 before it opens and after it is drawn there is nothing to draw", { config = { on_stop = "draw", delay = 30 } },
  function(show)
    show:start()
    show:stop()
    expect(show:status()):equals("idle")
    expect(show:left("coupon")):equals(10)
  end)
