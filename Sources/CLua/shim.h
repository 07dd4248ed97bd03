// The Lua 5.4 C API (https://www.lua.org/manual/5.4/manual.html#4).
#pragma once
#include <lua.h>
#include <lualib.h>
#include <lauxlib.h>
