given {
  config = { product = "oolong", price = 5000, seconds = 30 },
  pools = { coupon = 10 },
}

test("PG-15 the host voids the round: prizes go back, nobody wins", { config = { winners = 3 } }, function(show)
  local ana = show:join("ana")
  show:start()
  ana:enter("guess", 5000)
  show:command("void")
  expect(show:status()):equals("idle")
  expect(show:left("coupon")):equals(10)
  expect(ana):shows("void")
  expect(ana:screen():find("product").product.priceMinor):is_nil()
end)

test("PG-15 the shop says that the product is gone, sold out or costs something else: void by itself", {
  config = { winners = 3 },
}, function(show)
  local ana = show:join("ana")
  for _, change in ipairs { { available = false }, { priceMinor = 9900 } } do
    show:start()
    ana:enter("guess", 5000)
    change.id = "oolong"
    show:command("product", change)
    expect(show:status()):equals("idle")
    expect(show:left("coupon")):equals(10)
    expect(ana):shows("void")
    expect(show:said()):contains { text = "said_changed" }
  end
end)

test("PG-15 what is as it was, or about something else, changes nothing", function(show)
  local ana = show:join("ana")
  show:start()
  ana:enter("guess", 5000)
  for _, change in ipairs {
    { id = "oolong", priceMinor = 8800, available = true }, { id = "gaiwan", available = false }, { id = "nothing" },
  } do
    show:command("product", change)
  end
  show:command("product", "oolong")
  show:advance(30)
  expect(show:granted("coupon")):equals { "ana" }
end)

test("PG-15 a round that was to come with what is gone is not played", { config = { rounds = 3, pause = 5 } }, function(show)
  local ana = show:join("ana")
  show:start()
  show:command("product", { id = "gaiwan", available = false })
  ana:enter("guess", 5000)
  show:advance(35)
  expect(ana):shows("void")
  show:advance(5)
  expect(ana:screen():find("product").product.id):equals("oolong")
  ana:enter("guess", 8800)
  show:advance(30)
  expect(show:granted("coupon")):equals { "ana", "ana" }
  expect(show:left("coupon")):equals(8)
end)

test("PG-16 as many win as there are prizes", { config = { winners = 2 } }, function(show)
  local ana, bo, cy, di = show:join("ana", "bo", "cy", "di")
  show:start()
  ana:enter("guess", 10)
  bo:enter("guess", 30)
  cy:enter("guess", 20)
  di:enter("guess", 9000)
  show:advance(30)
  expect(show:granted("coupon")):equals { "bo", "cy" }
  expect(show:left("coupon")):equals(8)
end)

test("PG-16 fewer prizes than winners: the start is refused and says so",
  { config = { winners = 2 }, pools = { coupon = 1 } }, function(show)
    local answer = show:start()
    expect(answer):is_refused("UNAVAILABLE")
    expect(answer.message):contains("pool \"coupon\" has fewer than 2 left")
    expect(show:left("coupon")):equals(1)
    expect(show:status()):equals("idle")
  end)

test("PG-16 nobody wins more than the limit in all rounds",
  { config = { rounds = 2, per_viewer = 1, pause = 1, price = 5000 } }, function(show)
    local ana, bo = show:join("ana", "bo")
    show:start()
    ana:enter("guess", 5000)
    show:advance(31)
    ana:enter("guess", 12800)
    bo:enter("guess", 10)
    show:advance(30)
    expect(show:granted("coupon")):equals { "ana", "bo" }
  end)

test("PG-16 a round without prizes can be played", { config = { pool = "" }, pools = {} }, function(show)
  local ana = show:join("ana")
  show:start()
  ana:enter("guess", 1)
  show:advance(30)
  expect(ana):shows("won")
  expect(show:ledger()):equals {}
end)

test("PG-16 the terms are read beforehand, committed to, and told to the shop with each winner until it knows", {
  config = { winners = 2, valid_days = 7, min_order = 9900, refund = "keep", hook = "coupons" },
}, function(show)
  local ana, bo = show:join("ana", "bo")
  show:start()
  expect(ana):shows("terms_days", { days = 7 })
  expect(ana):shows("terms_order", { amount = { money = 9900 } })
  expect(ana):shows("terms_refund_keep")
  ana:enter("guess", 5000)
  bo:enter("guess", 4000)
  show:advance(30)
  expect(show:events("fairness")[2].data.rules):contains('"min_order":9900')
  expect(show:granted("coupon")):equals { "ana", "bo" }
  local request = show:requests()[1]
  local body = request.parameters.body
  expect(body.terms):equals { valid_days = 7, min_order = 9900, refund = "keep" }
  expect(body.winners[1].user):equals("ana")
  show:fail_request(request.id, "UNAVAILABLE")
  expect(show:status()):equals("running")
  show:kill(3)
  show:advance(2)
  request = show:requests()[1]
  expect(request.parameters.body):equals(body)                          -- the same keys
  show:command("order", { key = body.winners[1].key, state = "used" })
  expect(ana):shows("coupon_used")
  show:respond(request.id, { status = 200, body = {} })
  expect(show:status()):equals("idle")
end)

for refund, told in pairs { back = "coupon_back", keep = "coupon_spent" } do
  test("PG-16 an order uses a coupon once, and a refund gives it back or not: " .. refund, {
    config = { refund = refund, hook = "coupons" },
  }, function(show)
    local ana = show:join("ana")
    show:start()
    ana:enter("guess", 5000)
    show:advance(30)
    local key = show:requests()[1].parameters.body.winners[1].key
    local function order(state, of) return show:command("order", { key = of or key, state = state }) end
    expect(order("refunded")):is_refused("REFUSED")
    expect(order("used", "nobody's")):is_refused("REFUSED")
    expect(order("used")):is_accepted()
    expect(order("used")):is_refused("REFUSED")
    expect(order("refunded")):is_accepted()
    expect(ana):shows(told)
    expect(order("used").ok):equals(refund == "back")
    expect(ana:granted("coupon")):equals(1)
  end)
end
