-- What an answer must not say (FAQ-09), whoever wrote it. Returns a reason, or nil.
local text = require "lib.text"

local checks = {}

-- Claims that advertising law forbids or that nobody can keep.
local ABSOLUTE = {
  "最好", "最佳", "最便宜", "第一品牌", "全网最低", "绝对", "百分之百", "100%", "永久", "国家级", "the best", "number one",
  "guaranteed", "cheapest", "forever",
}
local MEDICAL = {
  "治疗", "治愈", "疗效", "药效", "根治", "防癌", "抗癌", "降血压", "降血糖", "cures", "heals", "treats ", "medicine",
  "lowers blood",
}

local function link(answer, allowed)
  local folded = text.fold(answer)
  for found in folded:gmatch("[%w%-%.]+%.%a%a+[%w/%-%._?=&]*") do
    local host = found:match("^[^/?]+")
    local is_allowed = false
    for _, domain in ipairs(allowed) do
      if host == domain or host:sub(-#domain - 1) == "." .. domain then is_allowed = true end
    end
    if not is_allowed and not found:find("^%d") then return true end
  end
  return false
end

-- `hides_price`: a product that is spoken of must not be priced just now (FAQ-05).
function checks.fault(config, answer, hides_price)
  if (utf8.len(answer) or 0) > config.length_max then return "long" end
  if text.holds(answer, text.words(config.banned)) then return "banned" end
  if text.holds(answer, text.words(config.competitors)) then return "competitor" end
  if text.holds(answer, ABSOLUTE) then return "absolute" end
  if text.holds(answer, MEDICAL) then return "medical" end
  if link(answer, text.words(config.links)) then return "link" end
  if hides_price then
    local folded = text.fold(answer)
    for _, pattern in ipairs { "%d%s*元", "%d%s*块", "%d%s*yuan", "¥%s*%d", "￥%s*%d", "%$%s*%d", "rmb%s*%d" } do
      if folded:find(pattern) then return "embargo" end
    end
  end
end

return checks
