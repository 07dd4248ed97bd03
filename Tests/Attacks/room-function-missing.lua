-- Attacks: a host function that does not exist
-- Source: promise: Contract
-- At top level: error
-- As handler: denied
room.system("true")
