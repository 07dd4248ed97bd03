-- error: move whose count overflows
return table.move({}, math.mininteger, math.maxinteger, 1)
