-- Attacks: arguments that are no data
-- Source: promise: Contract
-- At top level: error
-- As handler: error
room.log("info", print)
