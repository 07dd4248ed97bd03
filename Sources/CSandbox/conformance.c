// What the language's own tests need and no plugin gets: `load`, and blocks of any size. Nothing but
// a test calls sandbox_relax.
#include "inside.h"

void sandbox_relax(Sandbox *box) { box->isRelaxed = true; }

// Joins what the reader function at 1 gives, until it gives nothing.
static void join_pieces(lua_State *L) {
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (;;) {
        lua_pushvalue(L, 1);
        lua_call(L, 0, 1);
        if (lua_isnil(L, -1)) break;
        size_t length = 0;
        if (!lua_isstring(L, -1)) luaL_error(L, "reader function must return a string");
        lua_tolstring(L, -1, &length);
        if (length == 0) break;
        luaL_addvalue(&buffer);
    }
    lua_pop(L, 1);
    luaL_pushresult(&buffer);
}

static int join(lua_State *L) {
    join_pieces(L);
    return 1;
}

// load(text or function, name, mode, environment): text chunks only.
int box_load(lua_State *L) {
    lua_settop(L, lua_gettop(L) < 4 ? (lua_isnone(L, 4) ? 3 : 4) : 4);
    bool hasEnvironment = lua_gettop(L) == 4;
    if (!lua_isstring(L, 1)) {
        luaL_checktype(L, 1, LUA_TFUNCTION);
        lua_pushcfunction(L, join);
        lua_pushvalue(L, 1);
        int status = lua_pcall(L, 1, 1, 0);
        box_rethrow(L, status);
        if (status != LUA_OK) {
            lua_pushnil(L);
            lua_insert(L, -2);
            return 2;
        }
        lua_replace(L, 1);
        if (lua_isnil(L, 2)) {
            lua_pushliteral(L, "=(load)");
            lua_replace(L, 2);
        }
    }
    size_t length = 0;
    const char *text = lua_tolstring(L, 1, &length);
    const char *name = luaL_optstring(L, 2, text);
    const char *mode = length > 0 && text[0] == LUA_SIGNATURE[0] ? "t" : luaL_optstring(L, 3, "t");
    int status = luaL_loadbufferx(L, text, length, name, mode);
    if (status != LUA_OK) {
        box_rethrow(L, status);
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    box_mend_loops(L, name);
    if (hasEnvironment) lua_pushvalue(L, 4);
    else lua_rawgeti(L, LUA_REGISTRYINDEX, SLOT_GLOBALS);
    if (!lua_setupvalue(L, -2, 1)) lua_pop(L, 1);
    return 1;
}
