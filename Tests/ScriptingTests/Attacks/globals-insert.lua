-- error: library functions respect the freeze
table.insert(_ENV, 1)
