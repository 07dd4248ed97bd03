-- SHA-256 (FIPS 180-4) of a text, in hexadecimal digits.
local K = {}
do
  -- The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  local text = [[
    428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5
    d807aa98 12835b01 243185be 550c7dc3 72be5d74 80deb1fe 9bdc06a7 c19bf174
    e49b69c1 efbe4786 0fc19dc6 240ca1cc 2de92c6f 4a7484aa 5cb0a9dc 76f988da
    983e5152 a831c66d b00327c8 bf597fc7 c6e00bf3 d5a79147 06ca6351 14292967
    27b70a85 2e1b2138 4d2c6dfc 53380d13 650a7354 766a0abb 81c2c92e 92722c85
    a2bfe8a1 a81a664b c24b8b70 c76c51a3 d192e819 d6990624 f40e3585 106aa070
    19a4c116 1e376c08 2748774c 34b0bcb5 391c0cb3 4ed8aa4a 5b9cca4f 682e6ff3
    748f82ee 78a5636f 84c87814 8cc70208 90befffa a4506ceb bef9a3f7 c67178f2]]
  for word in text:gmatch("%x+") do K[#K + 1] = tonumber(word, 16) end
end

local function rotated(x, count) return ((x >> count) | (x << (32 - count))) & 0xffffffff end

local function digest(text)
  local length = #text
  text = text .. "\x80" .. ("\0"):rep((55 - length) % 64) .. string.pack(">I8", length * 8)
  local h = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  }
  for block = 1, #text, 64 do
    local w = { string.unpack(">I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4", text, block) }
    for i = 17, 64 do
      local a, b = w[i - 15], w[i - 2]
      local low = rotated(a, 7) ~ rotated(a, 18) ~ (a >> 3)
      local high = rotated(b, 17) ~ rotated(b, 19) ~ (b >> 10)
      w[i] = (w[i - 16] + low + w[i - 7] + high) & 0xffffffff
    end
    local a, b, c, d, e, f, g, last = table.unpack(h)
    for i = 1, 64 do
      local one = rotated(e, 6) ~ rotated(e, 11) ~ rotated(e, 25)
      local first = (last + one + ((e & f) ~ (~e & g)) + K[i] + w[i]) & 0xffffffff
      local zero = rotated(a, 2) ~ rotated(a, 13) ~ rotated(a, 22)
      local second = (zero + ((a & b) ~ (a & c) ~ (b & c))) & 0xffffffff
      last, g, f, e, d, c, b, a = g, f, e, (d + first) & 0xffffffff, c, b, a, (first + second) & 0xffffffff
    end
    for i, value in ipairs { a, b, c, d, e, f, g, last } do h[i] = (h[i] + value) & 0xffffffff end
  end
  return (("%08x"):rep(8):format(table.unpack(h)))
end

return digest
