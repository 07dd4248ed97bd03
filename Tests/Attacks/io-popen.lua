-- Attacks: runs a command
-- Source: ComputerCraft, NodeMCU
-- At top level: denied
-- As handler: denied
return io.popen("id"):read("a")
