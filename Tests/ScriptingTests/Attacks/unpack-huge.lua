-- error: unpack of much
return table.unpack({}, 1, 1e8)
