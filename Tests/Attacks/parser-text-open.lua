-- Attacks: a text that does not end
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
return 'x
