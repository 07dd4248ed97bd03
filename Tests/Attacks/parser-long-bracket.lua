-- Attacks: a long bracket of a very high level
-- Source: study of attacks, row 21
-- At top level: ok 1
-- As handler: ok 1
return #[
--% 100000 "="
[x]
--% 100000 "="
]
