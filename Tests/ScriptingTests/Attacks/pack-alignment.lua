-- error: pack with a bad alignment
return string.pack('!17i16', 1)
