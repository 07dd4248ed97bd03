-- Attacks: opens a file
-- Source: Nmap NSE, Kong untrusted_lua
-- At top level: denied
-- As handler: denied
return io.open("/etc/passwd"):read("a")
