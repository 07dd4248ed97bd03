-- error: what is behind room
return getmetatable(room).__index
