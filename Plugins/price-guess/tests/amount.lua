local amount = require "lib.amount"

for text, minor in pairs {
  ["128"] = 12800, ["128.5"] = 12850, ["128.05"] = 12805, ["￥１２８．５０"] = 12850, ["¥128"] = 12800,
  ["$1,280"] = 128000, ["1,234,567"] = 123456700, ["128元"] = 12800, ["3.5元"] = 350, ["128块5"] = 12850,
  ["128元5毛"] = 12850, ["128块5毛"] = 12850, ["88块钱"] = 8800, ["我猜 一百"] = 10000, ["十五"] = 1500,
  ["二十"] = 2000, ["一百二十八"] = 12800, ["三百五"] = 35000, ["三百零五"] = 30500, ["两万三"] = 2300000,
  ["八十八块八"] = 8880,
} do
  test("PG-02 \"" .. text .. "\" is an amount", function()
    expect((amount(text))):equals(minor)
  end)
end

for _, text in ipairs {
  "", "hello", "12.345", "1,28", "12,3456", "-5", "1e5", "点五", "12 34 or 56", "0x10", "一二三", "1234567890123456789",
} do
  test("PG-02 \"" .. text .. "\" is none", function()
    expect((amount(text))):is_nil()
  end)
end

test("PG-02 too many decimals say so", function()
  local value, why = amount("12.345")
  expect(value):is_nil()
  expect(why):equals("too many decimals")
end)
