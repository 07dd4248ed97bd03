-- Attacks: 200,000 lines
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
--% 200001 "\n"
error('far')
