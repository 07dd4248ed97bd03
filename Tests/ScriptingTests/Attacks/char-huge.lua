-- error|done: char of many numbers
return string.char(table.unpack({}, 1, 8000))
