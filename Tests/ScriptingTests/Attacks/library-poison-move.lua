-- error: another plugin's table
table.move({ 1 }, 1, 1, 1, table)
