-- Attacks: _ENV is the frozen table
-- Source: study of attacks
-- At top level: ok null
-- As handler: denied
rawset(_ENV, 'string', {})
