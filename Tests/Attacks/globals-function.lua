-- Attacks: a global function
-- Source: promise: Sandbox
-- At top level: ok 1
-- As handler: denied
function helper() return 1 end
return helper()
