local shares = require "lib.shares"

given {
  pools = { cash = 10000 },
  config = { kind = "red_packet", pool = "cash", seconds = 30, total = 1000, packets = 4 },
}

local function sum(list)
  local total = 0
  for _, value in ipairs(list) do total = total + value end
  return total
end

test("RP-01 RP-02 shares are whole units within their bounds, and come to the total", function(show)
  for _, case in ipairs {
    { 1000, 1, 1000 }, { 1000, 100, 300 }, { 10, 1, 2 }, { 7, 1, 7 }, { 1000000, 1, 1000000 }, { 5, 1, 1 },
  } do
    local weights = {}
    for index = 1, 5 do weights[index] = math.random(1, 1000000) end
    local list = shares.random(case[1], case[2], case[3], weights)
    expect(sum(list)):equals(case[1])
    for _, share in ipairs(list) do expect(share):is_between(case[2], case[3]) end
  end
  expect(shares.fixed(10, 4)):equals { 3, 3, 2, 2 }
end)

test("RP-02 RP-03 packets go by the log, and not one more than there are", function(show)
  local crowd = show:crowd(6)
  show:start()
  show:together(function()
    for _, person in ipairs(crowd) do person:press("enter-1") end
  end)
  local got = {}
  for index, person in ipairs(crowd) do got[index] = person:granted("cash") end
  expect(sum(got)):equals(1000)
  for index = 1, 4 do expect(got[index]):is_between(1, 997) end
  expect({ got[5], got[6] }):equals { 0, 0 }
  expect(crowd[6]):shows("not_won")
  expect(show:left("cash")):equals(9000)
end)

test("RP-02 what a packet holds was fixed before the first was grabbed", function(show)
  local ana = show:join("ana")
  show:start()
  local frozen = ana:screen():find("frozen").args.hash
  ana:press("enter-1")
  show:kill(1)
  show:advance(30)
  expect(ana:screen():find("frozen").args.hash):equals(frozen)
  expect(show:events("fairness")[3].data.hash):equals(frozen)
end)

test("RP-02 fixed shares: the first ones get what is left over", { config = { split = "fixed", total = 1002 } }, function(show)
  local crowd = show:crowd(4)
  show:start()
  for _, person in ipairs(crowd) do person:press("enter-1") end
  local got = {}
  for index, person in ipairs(crowd) do got[index] = person:granted("cash") end
  expect(got):equals { 251, 251, 250, 250 }
end)

test("RP-04 what nobody grabbed goes back", function(show)
  local ana = show:join("ana")
  show:start()
  ana:press("enter-1")
  show:advance(30)
  expect(show:left("cash")):equals(10000 - ana:granted("cash"))
  expect(show:status()):equals("idle")
end)

test("RP-05 waves, and so many packets for a person in all", { config = { draws = 3, per_viewer = 2, pause = 5 } },
  function(show)
    local ana = show:join("ana")
    show:start()
    for wave = 1, 3 do
      ana:press("enter-" .. wave)
      if wave == 1 then expect(ana:press("enter-1")):is_refused("ALREADY_ANSWERED") end
      if wave == 3 then expect(ana):shows("enough") end
      show:advance(35)
    end
    local rows = 0
    for _, row in ipairs(show:ledger()) do if row.kind == "grant" then rows = rows + 1 end end
    expect(rows):equals(2)
  end)

test("RP-01 a split that cannot be is refused", function(show)
  expect(show:start { total = 3 }):is_refused("BAD_CONFIG")
  expect(show:start { share_max = 249 }):is_refused("BAD_CONFIG")
  expect(show:start { share_min = 251 }):is_refused("BAD_CONFIG")
  expect(show:left("cash")):equals(10000)
end)

test("LOT-12 packets of somebody who is muted before the close are free again", {
  config = { split = "fixed", total = 300, packets = 3, per_viewer = 1 },
}, function(show)
  local ana, bo, cy, di = show:join("ana", "bo", "cy", "di")
  show:start()
  ana:press("enter-1")
  bo:press("enter-1")
  show.host:mute(ana, 600)
  expect(ana):shows("out_moderated")
  cy:press("enter-1")
  di:press("enter-1")
  expect(ana:granted("cash")):equals(0)
  expect(bo:granted("cash") + cy:granted("cash") + di:granted("cash")):equals(300)
end)
