-- error: no debug
return debug.getregistry()
