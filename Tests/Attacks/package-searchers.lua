-- Attacks: a searcher of one's own
-- Source: study of attacks, row 3
-- At top level: denied
-- As handler: denied
package.searchers[1] = function() return print end
