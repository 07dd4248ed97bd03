-- Attacks: the configuration
-- Source: promise: Contract
-- At top level: error
-- As handler: denied
room.config.price = 0
