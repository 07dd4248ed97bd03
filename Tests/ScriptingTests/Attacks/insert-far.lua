-- error: insert outside the list
return table.insert({}, 1 << 62, 1)
