-- What the shop is told of the coupons that were won, and what it tells of them (PG-16). Orders are the shop's own: it
-- keeps to the terms, which everybody has read before guessing, and knows each coupon by its key.
local shop = {}

local BATCH = 50

-- What a coupon of the round is good for; nil where the shop has terms of its own.
function shop.terms(config)
  if config.valid_days == 0 and config.min_order == 0 then return nil end
  return { valid_days = config.valid_days, min_order = config.min_order, refund = config.refund }
end

-- The terms as they are read before anybody guesses.
function shop.texts(config)
  local texts = {}
  if config.valid_days > 0 then texts[#texts + 1] = { "text", "terms_days", args = { days = config.valid_days } } end
  if config.min_order > 0 then texts[#texts + 1] = { "text", "terms_order", args = { amount = { money = config.min_order } } } end
  if #texts > 0 then texts[#texts + 1] = { "text", "terms_refund_" .. config.refund } end
  return texts
end

local function send(room)
  local batch = room.state.outbox[1]
  if batch then room.webhook.send(room.config.hook, batch) end
end

-- Notes who has won, and tells the shop in batches, until it says that it knows.
function shop.tell(room, winners)
  local s, config = room.state, room.config
  local was_idle, batch = #s.outbox == 0, nil
  for _, g in ipairs(winners) do
    local key = s.commitment:sub(1, 16) .. "/" .. g.viewer.user
    s.coupons[key] = { user = g.viewer.user, name = g.viewer.name, state = "granted" }
    if config.hook ~= "" then
      if not batch or #batch.winners >= BATCH then
        s.outbox[#s.outbox + 1] = { pool = config.pool, product = s.product, terms = shop.terms(config), winners = {} }
        batch = s.outbox[#s.outbox]
      end
      batch.winners[#batch.winners + 1] = { key = key, user = g.viewer.user }
    end
  end
  if was_idle then send(room) end
end

function shop.retry(room) send(room) end

-- The shop has answered, or has not.
function shop.answered(room, result)
  local s = room.state
  if result.error or result.value.status >= 300 then
    s.tries = s.tries + 1
    return room.timers.set("outbox", math.min(60, 2 ^ math.min(s.tries, 6)))
  end
  s.tries = 0
  table.remove(s.outbox, 1)
  send(room)
end

-- An order: a coupon was used, or the order was refunded and the coupon is good again, or not, by the terms.
local NEXT = { used = { granted = "used" }, refunded = { used = { back = "granted", keep = "spent" } } }

function shop.order(room, order)
  local s = room.state
  local coupon = type(order) == "table" and s.coupons[order.key]
  local next = coupon and NEXT[order.state] and NEXT[order.state][coupon.state]
  if type(next) == "table" then next = next[room.config.refund] end
  if not next then return false end
  coupon.state = next
  room.panel.patch(coupon, { result = { text = next == "granted" and "coupon_back" or "coupon_" .. next } })
  return true
end

-- How many coupons are used up, for the host.
function shop.used(s)
  local count = 0
  for _, coupon in pairs(s.coupons) do if coupon.state ~= "granted" then count = count + 1 end end
  return count
end

return shop
