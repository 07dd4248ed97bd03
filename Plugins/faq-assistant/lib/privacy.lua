-- Personal data in a line: found, and masked before anything is kept, searched or shown.
local text = require "lib.text"

local privacy = {}

-- Masks numbers of seven and more digits (telephones, cards, identity papers, orders), also with spaces and dashes
-- between them, addresses of mail, and accounts that are named as such.
local function mask_numbers(line)
  return (line:gsub("%+?%d[%d%- ]+%d[Xx]?", function(found)
    local count = select(2, found:gsub("%d", ""))
    if count >= 7 then return "***" end
  end))
end

local ACCOUNTS = { "微信号?[:： ]*[%w_%-]+", "wechat[: ]+[%w_%-]+", "vx[: ]*[%w_%-]+", "qq[: ]*%d+" }
-- A place to deliver to: a number of a house, a flat, a village.
local ADDRESSES = { "%d+号楼?%d*", "%d+栋%d*", "%d+单元%d*", "%d+室", "%d+%s+%a+ street", "%d+%s+%a+ road" }

-- Returns the line with what is personal replaced by stars, and whether there was any.
function privacy.mask(line)
  local folded = text.fold(line)
  local masked = mask_numbers(folded)
  masked = masked:gsub("[%w%.%-_+]+@[%w%-]+%.[%w%.%-]+", "***")
  for _, pattern in ipairs(ACCOUNTS) do masked = masked:gsub(pattern, "***") end
  -- "3号" alone is the number of a product; with a street or a town before it, it is a house.
  if folded:find("路", 1, true) or folded:find("街", 1, true) or folded:find("小区", 1, true)
    or folded:find("栋", 1, true) or folded:find("street", 1, true) or folded:find(" road", 1, true) then
    for _, pattern in ipairs(ADDRESSES) do masked = masked:gsub(pattern, "***") end
  end
  if masked == folded then return line, false end
  return masked, true
end

return privacy
