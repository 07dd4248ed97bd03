-- Attacks: a result that is a coroutine
-- Source: study of attacks, row 20
-- At top level: ok "thread"
-- As handler: ok "thread"
return coroutine.create(print)
