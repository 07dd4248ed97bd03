-- Attacks: the process's own files
-- Source: promise: Sandbox
-- At top level: denied
-- As handler: denied
return require("/proc/self/environ")
