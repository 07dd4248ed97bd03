-- Attacks: a zero byte in a name
-- Source: promise: Sandbox
-- At top level: ok null
-- As handler: ok null
return _G["io\0"], ("io\0"):sub(1, 2) == "io" and _G.io
