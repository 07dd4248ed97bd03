-- error|memory: pack of much
return string.pack('c1000000000', 'x')
