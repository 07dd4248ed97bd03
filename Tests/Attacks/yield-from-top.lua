-- Attacks: a yield where nobody resumes
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
coroutine.yield(1)
